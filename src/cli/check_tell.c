#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/i18n.h"
#include "cli/case_output.h"
#include "cli/check.h"
#include "fact/case_file.h"

enum { CASE_MOST = 64 << 20 };

static int status_of(const struct verdict *v)
{
	if (v->status == STATUS_HEALTHY)
		return EXIT_HEALTHY;

	return v->status == STATUS_UNKNOWN ? EXIT_UNKNOWN : EXIT_FAULT;
}

int check_tell(struct ticket *t, const struct cli *cli,
	       const struct case_record *record,
	       const struct case_verdict *verdict,
	       const struct problems *problems)
{
	struct text out = TEXT_NULL;

	ticket_init(t, record, verdict);
	t->problems = problems;
	if (cli->json)
		ticket_json(&out, t);
	else
		ticket_text(&out, t);
	if (!text_ok(&out)) {
		text_done(&out);
		return -ENOMEM;
	}

	(void)fwrite(out.data, 1, out.len, stdout);
	text_done(&out);
	return status_of(&verdict->verdict);
}

static int replay(const struct cli *cli, struct case_record *record,
		  const struct problems *problems)
{
	struct diag *diag = diag_new();
	struct case_verdict verdict;
	struct check_screen screen;
	int err = diag ? case_judge(diag, record, &verdict) : -ENOMEM;

	if (!err) {
		check_screen_init(&screen, cli, record);
		check_screen_sync(&screen, record);
		err = check_tell(&screen.ticket, cli, record, &verdict,
				 problems);
	}
	if (err >= 0 && problems_count(problems))
		err = EXIT_USAGE;
	diag_free(diag);
	return err;
}

int check_replay(const struct cli *cli, const char *folder)
{
	struct text path = TEXT_NULL, data = TEXT_NULL;
	struct problems *problems = problems_new();
	struct case_record *record = NULL;
	int err;

	text_format(&path, "%s/" CASE_FILE, folder);
	err = problems ? file_load(&data, text_string(&path), CASE_MOST)
		       : -ENOMEM;
	if (!err)
		err = case_read(&record, text_string(&path), data.data,
				data.len, problems);
	else if (err != -ENOMEM)
		(void)fprintf(stderr, "kiriwake: %s: %s\n", text_string(&path),
			      strerror(-err));
	if (!err)
		err = replay(cli, record, problems);
	if (problems)
		cli_problems(problems);
	if (err < 0 && err != -ENOMEM)
		err = EXIT_USAGE;
	case_free(record);
	problems_free(problems);
	text_done(&data);
	text_done(&path);
	return err;
}
