/*
 * It was looked at before, here or elsewhere, and saved: the case is judged
 * again, and the host's answers stand for the host. All of it is somebody else's
 * bytes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "cli/case_output.h"
#include "cli/fix.h"
#include "cli/server_rules.h"
#include "fact/case_file.h"

enum { CASE_MOST = 64 << 20 };

struct saved {
	struct diag *diag;
	struct case_verdict verdict;
	struct server_host host;
	struct check_rights rights; /* none */
	struct case_record *looked; /* what reading the rules tells, untold */
	struct server_rules *rules;
	const char *name; /* of the file, in problems */
	int pcap_file, case_file;
};

static int load(const struct fix_run *x, struct saved *s, struct text *ret)
{
	struct text path = TEXT_NULL;
	int err;

	text_format(&path, "%s/" CASE_FILE, x->request->word);
	s->name = arena_string(x->record->arena, text_string(&path));
	err = s->name ? file_load(ret, s->name, CASE_MOST) : -ENOMEM;
	if (err && err != -ENOMEM) {
		(void)fprintf(stderr, "kiriwake: %s: %s\n", text_string(&path),
			      strerror(-err));
		err = EXIT_USAGE;
	}
	text_done(&path);
	return err;
}

/* Whether both lead to the same folder, which is not to be written over. */
static bool is_same(const char *a, const char *b)
{
	struct stat one, other;

	return !stat(a, &one) && !stat(b, &other) &&
	       one.st_ino == other.st_ino && one.st_dev == other.st_dev;
}

static int open_files(const struct fix_run *x, struct saved *s)
{
	const char *folder = x->request->save;

	if (!folder || is_same(folder, x->request->word))
		return 0;
	return case_output_open(&s->pcap_file, &s->case_file, NULL, folder);
}

/* The host's answers, where they were saved, too. Rights end here. */
static int load_host(const struct fix_run *x, struct saved *s)
{
	const char *other = x->request->host;
	struct text path = TEXT_NULL;
	bool is_there;

	text_format(&path, "%s/" CASE_HOST, x->request->word);
	is_there = !access(text_string(&path), R_OK);
	text_done(&path);
	if (other || is_there)
		return server_host_load(&s->host,
					other ? other : x->request->word);

	return server_host_distrust();
}

static int read_case(struct fix_run *x, struct saved *s, struct text *data)
{
	struct case_record *record = NULL;
	const char *name = s->name;
	int err = case_read(&record, name, data->data, data->len, x->problems);

	if (err)
		return err == -ENOMEM ? err : EXIT_USAGE;

	/* The name of the file belongs to the record at hand, which stays. */
	s->looked = x->record;
	case_at(s->looked, VANTAGE_SERVER);
	x->record = record;
	s->diag = diag_new();
	err = s->diag ? case_judge(s->diag, record, &s->verdict) : -ENOMEM;
	x->verdict = &s->verdict;
	return err;
}

/* The first packet of the client whom the verdict is about. */
static void ask_of(const struct fix_run *x, struct look_question *q)
{
	const struct attempt *a = x->verdict->attempt;

	*q = (struct look_question){ .protocol = x->record->target.protocol,
				     .port = x->record->target.port };
	if (!a || !a->has_peer)
		return;
	q->client = a->peer;
	q->server = a->address;
	q->client_port = a->peer_port;
	q->has_client = q->has_server = true;
}

static int read_rules(struct fix_run *x, struct saved *s)
{
	struct server_rules_shown shown;
	struct look_question q;
	int err = server_rules_new(&s->rules, &s->rights, s->looked);

	ask_of(x, &q);
	if (!err)
		err = server_rules_client(s->rules, &q, NULL,
					  &s->looked->general);
	if (err)
		return err;

	server_rules_show(s->rules, &shown);
	x->planning.ruleset = shown.ruleset;
	x->planning.host = shown.host;
	x->planning.links = shown.links;
	if (shown.packet)
		x->planning.packet = *shown.packet;
	x->planning.has_packet = shown.packet;
	x->ruled = shown.kind;
	x->source.gathered = shown.gathered;
	x->source.gathered_len = shown.gathered_len;
	if (shown.ruleset)
		x->planning.source = &x->source;
	return 0;
}

static int look(struct fix_run *x)
{
	struct saved *s = calloc(1, sizeof(*s));
	struct text data = TEXT_NULL;
	int err;

	x->state = s;
	if (!s)
		return -ENOMEM;

	s->pcap_file = s->case_file = s->host.file = -1;
	err = load(x, s, &data);
	if (!err)
		err = open_files(x, s);
	if (!err)
		err = load_host(x, s);
	if (!err)
		err = read_case(x, s, &data);
	text_done(&data);
	if (!err && s->host.is_saved)
		err = server_host_begin(&s->host);
	x->planning.may_read = s->host.is_saved;
	if (!err && s->host.is_saved && x->record->vantage == VANTAGE_SERVER)
		err = read_rules(x, s);
	return err;
}

static int save(struct fix_run *x)
{
	struct saved *s = x->state;

	return case_output_save(s->case_file, x->record);
}

static void done(struct fix_run *x)
{
	struct saved *s = x->state;

	if (!s)
		return;

	server_rules_free(s->rules);
	server_host_end(&s->host);
	diag_free(s->diag);
	case_free(s->looked);
	if (s->pcap_file >= 0)
		(void)close(s->pcap_file);
	if (s->case_file >= 0)
		(void)close(s->case_file);
	free(s);
}

const struct fix_look fix_case = { look, save, done, false };
