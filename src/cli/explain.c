/*
 * explain: what went wrong, in each flow?
 *
 * Two passes. The first makes the flows; the second, over the same inputs,
 * fetches the packets that are shown as evidence, as tcpdump prints them. So
 * nothing is kept of packets that nobody will see.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/problem.h"
#include "cli/check.h"
#include "cli/cli.h"
#include "cli/explain_evidence.h"
#include "cli/explain_flow.h"
#include "cli/explain_ruleset.h"
#include "cli/gather.h"
#include "cli/names.h"
#include "cli/near.h"
#include "cli/source.h"
#include "cli/spool.h"
#include "report/report.h"
#include "trace/flow.h"

enum { SOURCES_MOST = 1024, RULESETS_MOST = 64 };

struct explain {
	struct source sources[SOURCES_MOST];
	char spooled[SOURCES_MOST][32]; /* paths of what cannot be read twice */
	size_t source_count;
	struct report_options options;
	const struct format *format;
	struct problems *problems;
	struct flow_table *table;
	struct gather *gather;
	struct diag *diag;
	struct report report;
	struct report_summary summary;
	struct evidence *evidence;
	struct names *names; /* of hosts whose address the text did not give */
	uint64_t ordinal;    /* of the flow at hand, in the table's order */
	struct flow_limits limits;
	const char *rulesets[RULESETS_MOST]; /* --ruleset */
	size_t ruleset_count;
	struct explain_ruleset *ruleset; /* NULL: none was given */
	struct fact_set facts; /* of the flow at hand, with its facts */
	struct report_rule rule;
	bool failed; /* no memory */
};

static int add_frames(void *context, const struct frame *f, int count)
{
	struct explain *x = context;

	return gather_frames(x->gather, f, count);
}

static int add_pasted(void *context, const struct pasted_packet *p)
{
	struct explain *x = context;

	return gather_packet(x->gather, &p->packet);
}

static void add_name(void *context, const struct address *a, const char *name)
{
	struct explain *x = context;

	names_add(x->names, a, name);
}

/* The verdict on a flow; NULL without memory, which is remembered. */
static const struct verdict *judge(struct explain *x,
				   const struct fact_set *facts)
{
	const struct verdict *v = diag_judge(x->diag, facts);

	if (!v)
		x->failed = true;

	return v;
}

/* The flow's facts, and what its server's rules add to them. */
static const struct fact_set *all_facts(struct explain *x, const struct flow *f,
					const struct flow_note *note,
					const struct fact_set *facts)
{
	const struct verdict *v;

	x->rule.text = NULL;
	if (!x->ruleset)
		return facts;

	x->facts = *facts;
	if (explain_ruleset_facts(x->ruleset, f, note, &x->facts, &x->rule) < 0)
		x->failed = true;
	v = judge(x, &x->facts);
	/* Rules that leave no cause at all are not those that were in force. */
	return !v || v->cause || v->status == STATUS_HEALTHY ||
			       v->status == STATUS_UNKNOWN
		       ? &x->facts
		       : facts;
}

static void show(const struct explain *x, struct report_flow *ret,
		 const struct flow *f, const struct flow_note *note,
		 const struct fact_set *facts)
{
	explain_flow(ret, f, note, facts);
	ret->client_name = names_of(x->names, &ret->client);
	ret->server_name = names_of(x->names, &ret->server);
	ret->rule = x->rule.text ? &x->rule : NULL;
}

/* --summary: no format shows a flow then. */
static void count_flow(void *context, const struct flow *f,
		       const struct flow_note *note,
		       const struct fact_set *facts)
{
	struct explain *x = context;
	const struct verdict *v = judge(x, all_facts(x, f, note, facts));

	if (v)
		report_count(&x->summary, v);
}

/* A flow that had to make room is told at once, without its packets. */
static void tell_evicted(void *context, const struct flow *f,
			 const struct flow_note *note,
			 const struct fact_set *facts)
{
	struct explain *x = context;
	struct report_flow shown;

	if (x->options.summary) {
		count_flow(context, f, note, facts);
		return;
	}

	facts = all_facts(x, f, note, facts);
	show(x, &shown, f, note, facts);
	shown.verdict = judge(x, facts);
	if (!shown.verdict)
		return;

	report_count(&x->summary, shown.verdict);
	x->format->flow(&x->report, &shown);
	report_flush(&x->report, false);
}

static void want_flow(void *context, const struct flow *f,
		      const struct flow_note *note,
		      const struct fact_set *facts)
{
	struct explain *x = context;
	struct report_flow shown;
	uint64_t ordinal = x->ordinal++;

	facts = all_facts(x, f, note, facts);
	show(x, &shown, f, note, facts);
	shown.verdict = judge(x, facts);
	if (shown.verdict && x->format->wants(&x->report, &shown) &&
	    evidence_want(x->evidence, ordinal, f) < 0)
		x->failed = true;
}

static void tell_flow(void *context, const struct flow *f,
		      const struct flow_note *note,
		      const struct fact_set *facts)
{
	struct explain *x = context;
	struct report_flow shown;

	facts = all_facts(x, f, note, facts);
	show(x, &shown, f, note, facts);
	shown.verdict = judge(x, facts);
	if (!shown.verdict)
		return;

	report_count(&x->summary, shown.verdict);
	evidence_lines(x->evidence, x->ordinal++, x->sources, shown.lines);
	x->format->flow(&x->report, &shown);
	report_flush(&x->report, false);
}

/* Once all is read: the flows, and before them the packets they are shown by. */
static int tell_flows(struct explain *x)
{
	int error;

	if (x->options.summary) {
		flow_table_each(x->table, count_flow, x);
		return 0;
	}

	flow_table_each(x->table, want_flow, x);
	error = evidence_fetch(x->evidence, x->sources, x->source_count);
	if (error < 0)
		return error;

	x->ordinal = 0;
	flow_table_each(x->table, tell_flow, x);
	return 0;
}

static int read_all(struct explain *x)
{
	struct source_sink sink = {
		.frames = add_frames,
		.pasted = add_pasted,
		.name = add_name,
		.context = x,
	};

	for (size_t i = 0; i < x->source_count; i++) {
		int error = flow_table_input(x->table, (uint16_t)i,
					     x->sources[i].vantage);

		if (!error)
			error = source_read(&x->sources[i], &sink, x->problems);
		if (gather_flush(x->gather) < 0)
			error = -ENOMEM;
		if (error == -ENOMEM)
			return error;
		if (error < 0) {
			const struct problem where = {
				.file = x->sources[i].name
			};

			problems_add(x->problems, &where, "%s",
				     strerror(-error));
		}
	}

	x->summary.text_lines = sink.counts.lines;
	x->summary.text_unread = sink.counts.unread;
	x->summary.text_chatter = sink.counts.chatter;
	return flow_table_end(x->table);
}

static void sum_up(struct explain *x)
{
	struct flow_counts c;

	flow_table_counts(x->table, &c);
	x->summary.packets = c.packets;
	x->summary.flows = c.flows;
	x->summary.not_ip = c.not_ip;
	x->summary.fragments = c.fragments;
	x->summary.truncated = c.truncated;
	x->summary.evicted = c.evicted;
	x->summary.first_ns = c.first_ns;
	x->summary.last_ns = c.last_ns;
}

static int tell_all(struct explain *x)
{
	int error = tell_flows(x);

	if (error < 0)
		return error;

	sum_up(x);
	x->format->end(&x->report, &x->summary, x->problems);
	report_flush(&x->report, true);
	return x->failed ? -ENOMEM : 0;
}

static int exit_status(const struct explain *x)
{
	const uint64_t *by = x->summary.by_status;

	if (x->report.failed)
		return EXIT_UNKNOWN;
	if (problems_count(x->problems))
		return EXIT_USAGE;
	if (by[STATUS_FAILING] || by[STATUS_DEGRADED])
		return EXIT_FAULT;

	return by[STATUS_HEALTHY] ? EXIT_HEALTHY : EXIT_UNKNOWN;
}

static int explain_all(struct explain *x)
{
	int error;

	x->problems = problems_new();
	x->diag = diag_new();
	x->evidence = evidence_new();
	x->names = names_new();
	x->table = flow_table_new(&x->limits, tell_evicted, x);
	if (!x->problems || !x->diag || !x->evidence || !x->table || !x->names)
		return -ENOMEM;
	x->gather = gather_new(x->table);
	if (x->ruleset_count)
		x->ruleset = explain_ruleset_new(x->rulesets, x->ruleset_count,
						 x->problems);
	if (!x->gather || (x->ruleset_count && !x->ruleset))
		return -ENOMEM;

	x->report.options = &x->options;
	x->report.file = stdout;
	x->format->begin(&x->report);
	error = read_all(x);
	return error < 0 ? error : tell_all(x);
}

static void explain_done(struct explain *x)
{
	gather_free(x->gather);
	explain_ruleset_free(x->ruleset);
	flow_table_free(x->table);
	evidence_free(x->evidence);
	names_free(x->names);
	diag_free(x->diag);
	problems_free(x->problems);
	text_done(&x->report.out);
}

static int add_source(struct explain *x, const char *path, enum vantage v)
{
	if (x->source_count == SOURCES_MOST) {
		(void)fprintf(stderr,
			      _("kiriwake: too many inputs, %d are the most\n"),
			      SOURCES_MOST);
		return -1;
	}

	for (size_t i = 0; i < x->source_count; i++) {
		if (strcmp(path, "-") != 0 || strcmp(x->sources[i].path, "-"))
			continue;
		(void)fputs(_("kiriwake: standard input can be given once\n"),
			    stderr);
		return -1;
	}

	x->sources[x->source_count++] = (struct source){
		.path = path,
		.name = strcmp(path, "-") != 0 ? path : _("standard input"),
		.vantage = v,
	};
	return 1;
}

static int add_at(struct explain *x, const char *value)
{
	const char *equals = value ? strchr(value, '=') : NULL;

	for (int v = VANTAGE_CLIENT; equals && v < VANTAGES; v++) {
		const char *name = vantage_name((enum vantage)v);

		if (strlen(name) == (size_t)(equals - value) &&
		    !strncmp(value, name, strlen(name)) && equals[1])
			return add_source(x, equals + 1, (enum vantage)v);
	}

	(void)fprintf(
		stderr,
		_("kiriwake: --at takes client=FILE, server=FILE or router=FILE\n"));
	return -1;
}

static int add_ruleset(struct explain *x, const char *value)
{
	if (!value)
		return -1;
	if (x->ruleset_count == RULESETS_MOST) {
		(void)fprintf(stderr, _("kiriwake: too many files: %s\n"),
			      value);
		return -1;
	}

	x->rulesets[x->ruleset_count++] = value;
	return 1;
}

static int take_flows(struct explain *x, const char *value)
{
	char *end;
	unsigned long flows;

	if (!value)
		return -1;

	errno = 0;
	flows = strtoul(value, &end, 10);
	if (errno || *end || flows < 16 || flows > UINT32_MAX / 2) {
		(void)fprintf(
			stderr,
			_("kiriwake: --max-flows takes a number from 16, not \"%s\"\n"),
			value);
		return -1;
	}

	x->limits.flows = (uint32_t)flows;
	return 1;
}

/* 1: taken, 0: no such option, -1: wrong, and said. */
static int take_option(struct explain *x, struct cli *cli, int argc,
		       char *argv[], int *i)
{
	const char *arg = argv[*i];

	if (!strcmp(arg, "--all"))
		return x->options.all = true, 1;
	if (!strcmp(arg, "--summary"))
		return x->options.summary = true, 1;
	if (!strcmp(arg, "--jsonl"))
		return cli->jsonl = true, 1;
	if (cli_is(arg, "--at"))
		return add_at(x, cli_value("--at", argc, argv, i));
	if (cli_is(arg, "--ruleset"))
		return add_ruleset(x, cli_value("--ruleset", argc, argv, i));
	if (cli_is(arg, "--max-flows"))
		return take_flows(x, cli_value("--max-flows", argc, argv, i));

	return cli_common(cli, argc, argv, i);
}

static int take_arguments(struct explain *x, struct cli *cli, int argc,
			  char *argv[])
{
	bool options = true;

	for (int i = 1; i < argc; i++) {
		int taken = 0;

		if (options && !strcmp(argv[i], "--")) {
			options = false;
			continue;
		}
		if (options && argv[i][0] == '-' && argv[i][1])
			taken = take_option(x, cli, argc, argv, &i);
		else
			taken = add_source(x, argv[i], VANTAGE_UNKNOWN);
		if (taken < 0)
			return EXIT_USAGE;
		if (!taken)
			return near_option(&command_explain, argv[i]);
	}

	if (!x->source_count && !isatty(STDIN_FILENO))
		(void)add_source(x, "-", VANTAGE_UNKNOWN);
	if (!x->source_count)
		return cli_usage(
			&command_explain, "%s",
			_("nothing to explain: give a capture or tcpdump's text"));

	return 0;
}

static int spool_inputs(struct explain *x)
{
	for (size_t i = 0; i < x->source_count; i++) {
		int fd;

		if (x->options.summary || !spool_is_needed(x->sources[i].path))
			continue;
		fd = spool(x->sources[i].path);
		if (fd < 0) {
			(void)fprintf(
				stderr,
				_("kiriwake: %s cannot be kept for the second reading: %s\n"),
				x->sources[i].name, strerror(-fd));
			return EXIT_UNKNOWN;
		}
		(void)snprintf(x->spooled[i], sizeof(x->spooled[i]),
			       "/proc/self/fd/%d", fd);
		x->sources[i].path = x->spooled[i];
	}

	return 0;
}

static bool is_folder(const char *path)
{
	struct stat about;

	return !stat(path, &about) && S_ISDIR(about.st_mode);
}

/* A folder is a case, which is judged again as it was. */
static int explain_case(const struct explain *x, const struct cli *cli)
{
	int status;

	if (x->source_count > 1)
		return cli_usage(&command_explain, "%s",
				 _("one case at a time"));

	status = check_replay(cli, x->sources[0].path);
	if (status >= 0)
		return status;

	(void)fprintf(stderr, "kiriwake: %s\n", strerror(-status));
	return EXIT_UNKNOWN;
}

static int explain_run(struct cli *cli, int argc, char *argv[])
{
	struct explain *x = calloc(1, sizeof(*x));
	int status, error;

	if (!x)
		return EXIT_UNKNOWN;

	status = take_arguments(x, cli, argc, argv);
	if (!status && x->sources[0].path && is_folder(x->sources[0].path)) {
		status = explain_case(x, cli);
		free(x);
		return status;
	}
	if (!status)
		status = spool_inputs(x);
	if (status) {
		free(x);
		return status;
	}

	x->options.colour = cli_colour(cli);
	x->format = format_find(cli->jsonl  ? "jsonl"
				: cli->json ? "json"
					    : "text");
	error = explain_all(x);
	if (error < 0) {
		(void)fprintf(stderr, "kiriwake: %s\n", strerror(-error));
		status = EXIT_UNKNOWN;
	} else {
		cli_problems(x->problems);
		status = exit_status(x);
	}

	explain_done(x);
	free(x);
	return status;
}

const struct command command_explain = {
	.name = "explain",
	.arguments =
		"[--at client|server|router=FILE] [--all | --summary] [--json | --jsonl] [INPUT...]",
	.summary = N_(
		"What went wrong, in each flow of a capture or of tcpdump's text?"),
	.help = N_(
		"\n"
		"INPUT is a pcap or pcapng file (also packed with gzip, zstd or xz), or what\n"
		"tcpdump printed, as it stands in a ticket or a mail; - is standard input.\n"
		"Several inputs are one trace: a flow may go on in the next. A folder is a case\n"
		"that `kiriwake check --save' wrote: it is judged again.\n"
		"\n"
		"  --at client=FILE   FILE was recorded at the client; likewise server=, router=.\n"
		"                     It matters: a SYN seen at the server has come all the way.\n"
		"  --ruleset FILE     the packet filter of the server (several: one each): its\n"
		"                     rules are walked, and the one that refuses is named\n"
		"  --all              tell healthy flows too\n"
		"  --summary          only the counts, by verdict\n"
		"  --json, --jsonl    every flow, as one object or one flow a line\n"
		"  --max-flows N      remember N flows at most (4194304)\n"
		"\n"
		"Examples:\n"
		"  kiriwake explain trouble.pcap\n"
		"  tcpdump -nn -i eth0 host 10.1.0.7 | kiriwake explain\n"
		"  kiriwake explain --at server=server.pcapng\n"
		"  kiriwake explain --at server=ticket.txt --ruleset rules.v4\n"
		"  kiriwake explain --lang ja --all ticket.txt\n"),
	.run = explain_run,
};
