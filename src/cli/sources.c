#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/json.h"
#include "cli/cli.h"
#include "cli/own_capture.h"
#include "cli/server_rules.h"
#include "host/look.h"
#include "report/words.h"

/*
 * kiriwake sources: every source of evidence is tried as a run would, and what
 * could not be had is told with what it would take.
 */
struct row {
	const char *source; /* as it stands in "not_looked" */
	const char *gives;  /* translated */
	const char *needs;  /* a capability, or NULL */
	const char *why;    /* it cannot be had; NULL: it can */
};

enum { ROWS = 96 };

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
	struct own_capture capture;
	int err = own_capture_begin(&capture, r, &q);

	if (err)
		case_not_looked(c, "capture", own_capture_reason(err));
	add(t, "capture", _("packets, as they come in and leave"),
	    "CAP_NET_RAW", reason(c, "capture"));
	own_capture_done(&capture);
}

/* A row for each of the tools that the rules are asked of, where one could not
 * be. */
static void try_rules(struct table *t, struct check_rights *r,
		      struct case_record *c)
{
	struct server_rules *rules = NULL;
	size_t before = c->not_looked_count;
	int err = server_rules_new(&rules, r, c);

	if (err)
		case_not_looked(c, "firewall", strerror(-err));
	if (before == c->not_looked_count)
		add(t, "firewall",
		    _("rules of iptables and nft, and their counters"),
		    "CAP_NET_ADMIN", NULL);
	for (size_t i = before; i < c->not_looked_count; i++)
		add(t, c->not_looked[i].source,
		    _("rules of iptables and nft, and their counters"),
		    "CAP_NET_ADMIN", c->not_looked[i].why);
	server_rules_free(rules);
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

static void tell_json(const struct table *t)
{
	struct text out = TEXT_NULL;
	struct json j = json_over(&out, true);

	json_object(&j);
	json_member_u64(&j, "kiriwake", 1);
	json_name(&j, "sources");
	json_array(&j);
	for (size_t i = 0; i < t->count; i++) {
		json_object(&j);
		json_member(&j, "source", t->rows[i].source);
		json_member(&j, "gives", t->rows[i].gives);
		json_name(&j, "available");
		json_bool(&j, !t->rows[i].why);
		json_member(&j, "needs", t->rows[i].needs);
		json_member(&j, "why", t->rows[i].why);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_object_end(&j);
	text_char(&out, '\n');
	(void)fwrite(out.data, 1, out.len, stdout);
	text_done(&out);
}

static void tell_row(const struct row *r, bool colour)
{
	const char *word = r->why ? _("not here") : _("can be had");

	(void)printf("%-14s %s%s%s: %s\n", r->source,
		     !colour  ? ""
		     : r->why ? "\x1b[33m"
			      : "\x1b[32m",
		     word, colour ? "\x1b[0m" : "", r->gives);
	if (r->why)
		(void)printf("%-14s %s\n", "", r->why);
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
	try_rules(&table, &rights, c);
	err = try_looks(&table, c);
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
		"Every source is tried, as a run would. What cannot be had is told with the\n"
		"capability or program that it takes; `check' and `server' then say \"not looked\".\n"
		"Exit status 3 where something cannot be had.\n"
		"\n"
		"Examples:\n"
		"  kiriwake sources\n"
		"  kiriwake sources --json\n"),
	.run = run,
};
