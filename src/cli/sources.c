#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/json.h"
#include "cli/cli.h"
#include "cli/drop_words.h"
#include "cli/own_capture.h"
#include "cli/server_rules.h"
#include "cli/server_trace.h"
#include "host/look.h"
#include "priv/confine.h"
#include "priv/needs.h"
#include "report/wrap.h"

/*
 * kiriwake sources: every source of evidence is tried as a run would, and what
 * could not be had is told with what it would take.
 */
struct row {
	const char *source; /* as it stands in "not_looked" */
	const char *gives;  /* translated */
	const char *needs;  /* capabilities, or NULL */
	const char *why;    /* it cannot be had; NULL: it can */
};

enum { ROWS = 96, NAME_COLUMNS = 22, WIDTH = 80 };

struct table {
	struct row rows[ROWS];
	size_t count;
};

static const char *reason(const struct case_record *c, const char *source)
{
	for (size_t i = 0; i < c->not_looked_count; i++)
		if (!strcmp(c->not_looked[i].source, source))
			return c->not_looked[i].why;

	return NULL;
}

static void add(struct table *t, const char *source, const char *gives,
		const char *needs, const char *why)
{
	if (t->count < ROWS)
		t->rows[t->count++] = (struct row){ source, gives, needs, why };
}

static void try_capture(struct table *t, struct check_rights *r,
			struct case_record *c)
{
	const struct live_request q = { .devices = { "lo" },
					.count = 1,
					.filter = "icmp" };
	struct recording capture;
	int err = own_capture_begin(&capture, r, &q);

	if (err)
		case_not_looked(c, "capture", own_capture_reason(err));
	add(t, "capture", _("packets, as they come in and leave"),
	    "CAP_NET_RAW", reason(c, "capture"));
	recording_done(&capture);
}

/* Waits until it is armed; what it wrote until then. 0 or -errno. */
static int try_recording(struct recording *r, struct text *ret)
{
	size_t size;
	void *data;
	int err = recording_wait(r, CLOCK_SECOND);

	recording_finish(r);
	if (!err)
		err = recording_map(r, &data, &size);
	if (!err) {
		text_bytes(ret, data, size);
		recording_unmap(data, size);
	}
	recording_done(r);
	return err;
}

/* What this kernel has of it. */
static void not_all_drops(struct case_record *c, const struct text *bytes)
{
	struct text words = TEXT_NULL;
	struct drops_list l;

	if (!drops_read(bytes->data, bytes->len, c->arena, &l) &&
	    drop_words_missing(&words, &l))
		case_not_looked(c, "drops", text_string(&words));
	text_done(&words);
}

static void try_drops(struct table *t, struct check_rights *r,
		      struct case_record *c)
{
	const struct drops_request q = { .protocol = IPPROTO_TCP, .port = 1 };
	struct text bytes = TEXT_NULL;
	int file, control;
	int err = check_rights_drops(r, &q, &file, &control);

	if (!err) {
		struct recording recording = recording_of(file, control);

		err = try_recording(&recording, &bytes);
	}
	if (err)
		case_not_looked(c, "drops", drop_words_reason(err));
	else
		not_all_drops(c, &bytes);
	text_done(&bytes);
	add(t, "drops",
	    _("what the kernel itself reports: drops, resets, errors"),
	    "CAP_BPF, CAP_PERFMON", reason(c, "drops"));
}

/* Of a client that nobody is (RFC 5737). */
static void try_trace(struct table *t, struct check_rights *r,
		      struct case_record *c)
{
	struct nftrace_request q = { .protocol = IPPROTO_TCP,
				     .port = 1,
				     .has_client = true,
				     .is_v4 = true };
	struct text bytes = TEXT_NULL;
	int file, control, err;

	(void)address_parse(&q.client, "192.0.2.1", strlen("192.0.2.1"));
	err = check_rights_trace(r, &q, &file, &control);
	if (!err) {
		struct recording recording = recording_of(file, control);

		err = try_recording(&recording, &bytes);
	}
	if (err)
		case_not_looked(c, "nftrace", server_trace_reason(err));
	text_done(&bytes);
	add(t, "nftrace",
	    _("the rule that took a packet, as the kernel traces it"),
	    "CAP_NET_ADMIN", reason(c, "nftrace"));
}

static const char rules_need[] = "CAP_NET_ADMIN";

/* What no tool of it is there is told as one row. */
static const char *why_no_rules(const struct live *tools,
				const struct case_record *c)
{
	if (!tools)
		return reason(c, "firewall");
	for (size_t i = 0; i < LIVE_SOURCE_COUNT; i++)
		if (tools->row[i].state != LIVE_MISSING)
			return live_is_partial(tools)
				       ? _("Not all of its tools could be asked.")
				       : NULL;

	return _("None of the tools that print rules is installed.");
}

/* The rules, and a row for each of the tools that is there. */
static void try_rules(struct table *t, struct check_rights *r,
		      struct case_record *c)
{
	struct server_rules *rules = NULL;
	const struct live *tools;
	int err = server_rules_new(&rules, r, c);

	if (err)
		case_not_looked(c, "firewall", strerror(-err));
	tools = server_rules_tools(rules);
	add(t, "firewall", _("rules of iptables and nft, and their counters"),
	    rules_need, why_no_rules(tools, c));
	for (size_t i = 0; tools && i < LIVE_SOURCE_COUNT; i++)
		if (tools->row[i].state != LIVE_MISSING)
			add(t, tools->row[i].command,
			    _("the tool that prints rules or sets"), rules_need,
			    reason(c, tools->row[i].command));
	server_rules_free(rules);
}

/* As `server' does it: who has nothing to give up runs the tools himself. */
static void try_confinement(struct table *t, const struct check_rights *r)
{
	const char *why = NULL;
	int err = r->priv ? confine_enter() : 0;

	if (!r->priv)
		why = _("There are no rights here to give up: what asks and what reads is one process.");
	else if (err == -EINVAL)
		why = _("This kernel has no filters of system calls.");
	else if (err)
		why = strerror(-err);
	add(t, "confinement",
	    _("what reads packets, rules and files can do little else"), NULL,
	    why);
}

static int try_looks(struct table *t, struct case_record *c)
{
	const struct look_question q = { .protocol = IPPROTO_TCP, .port = 1 };
	int err;
	struct looks *looks = looks_new(c, &q, &err);

	if (!looks)
		return err;

	for (size_t i = 0; i < look_count; i++)
		add(t, look_list[i]->id, _(look_list[i]->title),
		    look_list[i]->needs, reason(c, look_list[i]->id));
	looks_free(looks);
	return 0;
}

/* What its capabilities are for, a sentence each; NULL: it takes none. */
static const char *purpose(struct text *out, const struct row *r)
{
	const struct need *n;

	text_clear(out);
	for (size_t i = 0; r->needs && (n = needs_at(i)); i++) {
		if (!strstr(r->needs, n->name))
			continue;
		if (out->len)
			text_char(out, ' ');
		text_str(out, _(n->why));
	}

	return out->len ? text_string(out) : NULL;
}

static void put_row(struct json *j, const struct row *r)
{
	struct text words = TEXT_NULL;

	json_object(j);
	json_member(j, "source", r->source);
	json_member(j, "gives", r->gives);
	json_name(j, "available");
	json_bool(j, !r->why);
	json_member(j, "needs", r->needs);
	json_member(j, "why_needed", purpose(&words, r));
	json_member(j, "why", r->why);
	json_object_end(j);
	text_done(&words);
}

static void tell_json(const struct table *t)
{
	struct text out = TEXT_NULL;
	struct json j = json_over(&out, true);

	json_object(&j);
	json_member_u64(&j, "kiriwake", 1);
	json_name(&j, "sources");
	json_array(&j);
	for (size_t i = 0; i < t->count; i++)
		put_row(&j, &t->rows[i]);
	json_array_end(&j);
	json_object_end(&j);
	text_char(&out, '\n');
	(void)fwrite(out.data, 1, out.len, stdout);
	text_done(&out);
}

/* Behind the names of the sources, in as many lines as it takes. */
static void put_words(struct text *out, const char *words, size_t at)
{
	if (!at)
		text_fill(out, ' ', NAME_COLUMNS);
	wrap_text(out, words, at ? at : NAME_COLUMNS, NAME_COLUMNS, WIDTH);
	text_char(out, '\n');
}

static void tell_row(const struct row *r, bool colour)
{
	const char *word = r->why ? _("not here") : _("can be had");
	struct text out = TEXT_NULL;
	size_t name = wrap_columns(r->source);
	size_t at = (name < NAME_COLUMNS ? NAME_COLUMNS : name + 1) +
		    wrap_columns(word) + 2;

	text_str(&out, r->source);
	text_fill(&out, ' ', name < NAME_COLUMNS ? NAME_COLUMNS - name : 1);
	text_format(&out, "%s%s%s: ",
		    !colour  ? ""
		    : r->why ? "\x1b[33m"
			     : "\x1b[32m",
		    word, colour ? "\x1b[0m" : "");
	put_words(&out, r->gives, at);
	if (r->why)
		put_words(&out, r->why, 0);
	if (r->needs)
		put_words(&out, r->needs, 0);
	(void)fputs(text_string(&out), stdout);
	text_done(&out);
}

static bool is_needed(const struct table *t, const struct need *n)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->rows[i].needs && strstr(t->rows[i].needs, n->name))
			return true;

	return false;
}

/* What each capability is for, once. */
static void tell_needs(const struct table *t)
{
	struct text out = TEXT_NULL;
	const struct need *n;

	for (size_t i = 0; (n = needs_at(i)); i++) {
		if (!is_needed(t, n))
			continue;
		text_format(&out, "\n%s\n", n->name);
		put_words(&out, _(n->why), 0);
	}
	(void)fputs(text_string(&out), stdout);
	text_done(&out);
}

static int tell(const struct cli *cli, const struct table *t)
{
	bool is_whole = true;

	for (size_t i = 0; i < t->count; i++)
		is_whole = is_whole && !t->rows[i].why;
	if (cli->json)
		tell_json(t);
	for (size_t i = 0; i < t->count && !cli->json; i++)
		tell_row(&t->rows[i], cli_colour(cli));
	if (!cli->json)
		tell_needs(t);

	return is_whole ? EXIT_HEALTHY : EXIT_UNKNOWN;
}

static int run(struct cli *cli, int argc, char *argv[])
{
	struct check_rights rights = { 0 };
	struct table table = { .count = 0 };
	struct case_record *c;
	int err;

	for (int i = 1; i < argc; i++) {
		int taken = cli_common(cli, argc, argv, &i);

		if (taken < 0)
			return EXIT_USAGE;
		if (!taken)
			return cli_usage(&command_sources, _("unknown word %s"),
					 argv[i]);
	}

	c = case_new();
	if (!c)
		return EXIT_UNKNOWN;

	case_at(c, VANTAGE_SERVER);
	err = check_rights_start(&rights, NULL);
	if (err)
		(void)fprintf(stderr, _("kiriwake: %s\n"), strerror(-err));
	try_capture(&table, &rights, c);
	try_drops(&table, &rights, c);
	try_trace(&table, &rights, c);
	try_rules(&table, &rights, c);
	err = try_looks(&table, c);
	try_confinement(&table, &rights);
	if (err) {
		(void)fprintf(stderr, _("kiriwake: %s\n"), strerror(-err));
		err = EXIT_UNKNOWN;
	} else {
		err = tell(cli, &table);
	}
	check_rights_end(&rights);
	case_free(c);
	return err;
}

const struct command command_sources = {
	.name = "sources",
	.arguments = "[--json]",
	.summary = N_(
		"Which evidence can be had here, and what is missing for the rest."),
	.help = N_(
		"Every source is tried, as a run would. Each is told with the capabilities that\n"
		"it takes and what they are for; what cannot be had, with the reason: `check' and\n"
		"`server' then say \"not looked\".\n"
		"Exit status 3 where something cannot be had.\n"
		"\n"
		"Examples:\n"
		"  kiriwake sources\n"
		"  kiriwake sources --json\n"),
	.run = run,
};
