/* firewall: what a ruleset does to packets. The frame; the parts are files of
 * their own. */
#include "cli/firewall.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/problem.h"
#include "cli/near.h"
#include "ruleset/model.h"

static const struct part {
	const char *word;
	const struct command *command;
	int (*run)(struct firewall *f, int argc, char *argv[]);
	unsigned sides;
} parts[] = {
	{ "show", &firewall_show_command, firewall_show, 1 },
	{ "trace", &firewall_trace_command, firewall_trace, 1 },
	{ "audit", &firewall_audit_command, firewall_audit, 1 },
	{ "diff", &firewall_diff_command, firewall_diff, 2 },
};

enum { PARTS = sizeof(parts) / sizeof(*parts) };

static int add_word(struct firewall *f, const char *word)
{
	if (f->word_count == FIREWALL_NAMES)
		return cli_usage(f->command, _("too many files: %s"), word);

	f->words[f->word_count++] = word;
	return 0;
}

static int add_sets(struct firewall *f, const char *name)
{
	if (!name)
		return EXIT_USAGE;
	if (f->set_count == FIREWALL_NAMES)
		return cli_usage(f->command, _("too many files: %s"), name);

	f->sets[f->set_count++] = name;
	return 0;
}

static int take_root(struct firewall *f, const char *name)
{
	if (!name)
		return EXIT_USAGE;

	f->root = name;
	return 0;
}

int firewall_take(struct firewall *f, int argc, char *argv[], int *i)
{
	const char *arg = argv[*i];
	int taken;

	if (!strcmp(arg, "--")) {
		f->divider = f->word_count;
		f->only_words = true;
		return 0;
	}
	if (f->only_words || arg[0] != '-' || !arg[1])
		return add_word(f, arg);
	if (!strcmp(arg, "-4") || !strcmp(arg, "-6")) {
		f->family = arg[1] == '4' ? 4 : 6;
		return 0;
	}
	if (cli_is(arg, "--ipset"))
		return add_sets(f, cli_value("--ipset", argc, argv, i));
	if (cli_is(arg, "--root"))
		return take_root(f, cli_value("--root", argc, argv, i));

	taken = cli_common(f->cli, argc, argv, i);
	if (taken < 0)
		return EXIT_USAGE;
	if (!taken)
		return near_option(f->command, arg);

	return 0;
}

bool firewall_wants(const struct firewall *f, const struct table *t)
{
	if (f->family == 4)
		return t->family != TABLE_IP6;
	if (f->family == 6)
		return t->family != TABLE_IP && t->family != TABLE_ARP;

	return true;
}

void firewall_side_text(const struct firewall *f, unsigned side,
			struct text *out)
{
	if (!f->name_count[side])
		text_str(out, "live");
	for (size_t i = 0; i < f->name_count[side]; i++) {
		if (i)
			text_char(out, ' ');
		text_str(out, f->names[side][i]);
	}
}

void firewall_looked(struct firewall *f, const char *name, const char *why)
{
	if (f->source_count < FIREWALL_SOURCES)
		f->sources[f->source_count++] = (struct firewall_source){
			.name = name,
			.looked = !why,
			.why = why,
		};
}

void firewall_note(struct firewall *f, const char *name, const char *text)
{
	if (f->source_count < FIREWALL_SOURCES)
		f->sources[f->source_count++] = (struct firewall_source){
			.name = name,
			.looked = true,
			.why = text,
			.is_note = true,
		};
}

static void problem_json(struct json *j, const struct problem *p)
{
	json_object(j);
	json_member(j, "file", p->file);
	json_name(j, "line");
	if (p->line)
		json_u64(j, p->line);
	else
		json_null(j);
	json_name(j, "column");
	if (p->column)
		json_u64(j, p->column);
	else
		json_null(j);
	json_member(j, "text", p->text);
	json_object_end(j);
}

static void sources_json(const struct firewall *f, struct json *j, bool notes)
{
	json_array(j);
	for (size_t i = 0; i < f->source_count; i++) {
		const struct firewall_source *s = &f->sources[i];

		if (!s->why || s->is_note != notes)
			continue;
		json_object(j);
		json_member(j, "source", s->name);
		json_member(j, notes ? "text" : "why", s->why);
		json_object_end(j);
	}
	json_array_end(j);
}

void firewall_json_end(const struct firewall *f, struct json *j)
{
	const struct problem *p;

	json_name(j, "not_looked");
	sources_json(f, j, false);
	json_name(j, "notes");
	sources_json(f, j, true);
	json_name(j, "problems");
	json_array(j);
	for (size_t i = 0; (p = problems_at(f->problems, i)); i++)
		problem_json(j, p);
	json_array_end(j);
}

void firewall_text_end(const struct firewall *f, struct text *out)
{
	bool first = true;

	for (size_t i = 0; i < f->source_count; i++) {
		const struct firewall_source *s = &f->sources[i];

		if (!s->why)
			continue;
		if (first)
			text_char(out, '\n');
		first = false;
		if (s->is_note)
			text_format(out, _("note: %s: %s\n"), s->name, s->why);
		else
			text_format(out, _("not looked: %s: %s\n"), s->name,
				    s->why);
	}
}

void firewall_flush(struct text *out)
{
	enum { ENOUGH = 1 << 16 };

	if (out->len < ENOUGH || !text_ok(out))
		return;

	(void)fwrite(out->data, 1, out->len, stdout);
	text_clear(out);
}

void firewall_put(struct text *out)
{
	if (text_ok(out))
		(void)fwrite(out->data, 1, out->len, stdout);
	else
		(void)fputs(_("kiriwake: no memory for the report\n"), stderr);
	text_done(out);
}

/* A clean answer about a ruleset that was read in part is none. */
static int run_part(struct firewall *f, const struct part *part, int argc,
		    char *argv[])
{
	int status;

	f->problems = problems_new();
	f->arena = arena_new();
	status = f->problems && f->arena ? part->run(f, argc, argv)
					 : EXIT_UNKNOWN;
	(void)fflush(stdout);
	cli_problems(f->problems);
	if (problems_count(f->problems) && status <= EXIT_FAULT)
		status = EXIT_USAGE;
	if (f->is_partial && status == EXIT_HEALTHY)
		status = EXIT_UNKNOWN;
	ruleset_free(f->ruleset);
	ruleset_free(f->other);
	problems_free(f->problems);
	arena_free(f->arena);
	return status;
}

static int firewall_run(struct cli *cli, int argc, char *argv[])
{
	struct firewall *f;
	int status = cli_before_part(cli, &argc, &argv);

	if (status)
		return status;
	if (argc < 2)
		return cli_usage(&command_firewall, "%s",
				 _("show, trace, audit or diff?"));

	f = calloc(1, sizeof(*f));
	if (!f)
		return EXIT_UNKNOWN;

	status = -1;
	f->cli = cli;
	f->root = "/";
	for (size_t i = 0; i < PARTS && status < 0; i++) {
		if (strcmp(argv[1], parts[i].word) != 0)
			continue;
		f->command = parts[i].command;
		f->sides = parts[i].sides;
		status = run_part(f, &parts[i], argc - 1, argv + 1);
	}
	free(f);
	if (status >= 0)
		return status;

	return cli_usage(
		&command_firewall,
		_("there is no `firewall %s'; it is show, trace, audit or diff"),
		argv[1]);
}

static const struct command *const part_commands[] = {
	&firewall_show_command,
	&firewall_trace_command,
	&firewall_audit_command,
	&firewall_diff_command,
	NULL,
};

const struct command command_firewall = {
	.name = "firewall",
	.arguments = "show|trace|audit|diff [OPTION...] [RULESET...]",
	.summary = N_("What a packet filter does to packets, and why."),
	.help = N_(
		"\n"
		"  show   the rules in the order in which a packet meets them, with their owners\n"
		"  trace  what becomes of one packet, and which rules decide it\n"
		"  audit  rules that never match, contradict or nearly allow something\n"
		"  diff   which packets two rulesets treat differently, and by which rules\n"
		"\n"
		"RULESET is a file: iptables-save, iptables -S, iptables -L (in any language),\n"
		"nft list ruleset (text or JSON), ipset save. Several files are one ruleset.\n"
		"`-' is standard input, `live' this host's own rules (the default, both backends),\n"
		"`boot' what this host's files would load at the next boot.\n"
		"\n"
		"  -4, -6         only IPv4, only IPv6\n"
		"  --ipset FILE   sets of `ipset save', which belong to the rules\n"
		"  --root FOLDER  where boot's files are looked for (/)\n"
		"\n"
		"`kiriwake firewall trace --help' tells of one part.\n"
		"\n"
		"Examples:\n"
		"  kiriwake firewall show\n"
		"  kiriwake firewall trace --packet 'in=eth0 src=10.1.0.7 tcp dport=5555 syn'\n"
		"  kiriwake firewall audit rules.v4 rules.v6\n"
		"  kiriwake firewall diff live boot\n"),
	.parts = part_commands,
	.run = firewall_run,
};
