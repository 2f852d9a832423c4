/* Saved cases: whatever was made of one is written, read, judged and told the
 * same again. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "diag/case_verdict.h"
#include "fact/case_file.h"
#include "report/ticket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The case as JSON tells it, and as a file. */
static void tell(struct text *told, struct text *file, struct case_record *c)
{
	struct diag *d = diag_new();
	struct case_verdict v;
	struct ticket t = { .is_verbose = true, .is_utf8 = true, .width = 80 };

	if (!d || case_judge(d, c, &v))
		abort();

	ticket_init(&t, c, &v);
	ticket_json(told, &t);
	ticket_text(told, &t);
	case_write(file, c);
	if (!text_ok(told) || !text_ok(file))
		abort();
	diag_free(d);
}

static void check(const struct problems *problems, int err)
{
	if (err == -EBADMSG && !problems_count(problems))
		abort();
	for (size_t i = 0; problems_at(problems, i); i++)
		if (!*problems_at(problems, i)->text)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct problems *problems = problems_new();
	struct problems *none = problems_new();
	struct case_record *c = NULL, *again = NULL;
	struct text told[2] = { TEXT_NULL, TEXT_NULL };
	struct text file[2] = { TEXT_NULL, TEXT_NULL };
	int err;

	if (!problems || !none)
		abort();

	err = case_read(&c, "case", (const char *)data, len, problems);
	check(problems, err);
	if (!err) {
		tell(&told[0], &file[0], c);
		if (case_read(&again, "case", file[0].data, file[0].len, none))
			abort();
		tell(&told[1], &file[1], again);
		if (strcmp(text_string(&file[0]), text_string(&file[1])) != 0 ||
		    strcmp(text_string(&told[0]), text_string(&told[1])) != 0)
			abort();
	}

	for (int i = 0; i < 2; i++) {
		text_done(&told[i]);
		text_done(&file[i]);
	}
	case_free(c);
	case_free(again);
	problems_free(problems);
	problems_free(none);
	return 0;
}
