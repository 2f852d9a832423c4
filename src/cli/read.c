/* read: packets from a file, as tcpdump prints them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/problem.h"
#include "cli/cli.h"
#include "cli/near.h"
#include "trace/capture.h"
#include "trace/filter.h"
#include "trace/line.h"

enum { FRAMES = 256, FLUSH_BYTES = 64 * 1024, FORMS = 5 };

struct reading {
	const char *path;
	struct line_options options;
	struct text expression;
	bool coverage;
	struct problems *problems;
	struct line_printer *printer;
	struct filter *filter;
	struct text out;
};

static int flush(struct text *out)
{
	bool whole = text_ok(out) &&
		     (!out->len ||
		      fwrite(out->data, 1, out->len, stdout) == out->len);

	text_clear(out);
	return whole ? 0 : -EPIPE;
}

static void print_one(struct reading *r, const struct frame *f)
{
	struct line_result result = { 0 };

	if (r->filter && !filter_passes(r->filter, f))
		return;

	line_print(r->printer, f, &r->out, &result);
	if (r->coverage && result.beyond)
		(void)fprintf(stderr, "%u %s\n", f->number, result.beyond);
}

static int print_all(struct reading *r, struct capture *c)
{
	struct frame frames[FRAMES];
	struct capture_about about;
	int n;

	capture_about(c, &about);
	r->options.is_pcap = !about.is_pcapng;
	r->printer = line_printer_new(&r->options);
	if (!r->printer)
		return -ENOMEM;

	while ((n = capture_next(c, frames, FRAMES)) > 0) {
		for (int i = 0; i < n; i++)
			print_one(r, &frames[i]);
		if (r->out.len >= FLUSH_BYTES && flush(&r->out) < 0)
			return -EPIPE;
	}
	if (n < 0)
		return n;

	return flush(&r->out) < 0 || fflush(stdout) ? -EPIPE : 0;
}

static int make_filter(struct reading *r)
{
	char *why = NULL;
	int answer;

	if (!r->expression.len)
		return 0;

	answer = filter_new(&r->filter, text_string(&r->expression), &why);
	if (answer > 0) {
		(void)fprintf(stderr, "kiriwake: %s\n  %s\n", why,
			      text_string(&r->expression));
		free(why);
		return EXIT_USAGE;
	}

	return answer < 0 ? EXIT_UNKNOWN : 0;
}

static int read_file(struct reading *r)
{
	struct capture *c = NULL;
	int error = capture_open(&c, r->path, r->problems);

	if (error == CAPTURE_NOT_ONE) {
		const struct problem where = { .file = r->path };

		problems_add(
			r->problems, &where, "%s",
			_("This is not a capture file; `kiriwake explain' reads tcpdump's text."));
		error = 0;
	} else if (!error) {
		error = print_all(r, c);
	}
	capture_close(c);
	if (error < 0 && error != -EPIPE)
		(void)fprintf(stderr, "kiriwake: %s: %s\n", r->path,
			      strerror(-error));
	cli_problems(r->problems);
	if (error == -ENOMEM || error == -EPIPE)
		return EXIT_UNKNOWN;

	return error || problems_count(r->problems) ? EXIT_USAGE : EXIT_HEALTHY;
}

/* -n, -nn, -t to -ttttt, -S, -#, in one word or several; false: not these. */
static bool take_letters(struct reading *r, const char *letters)
{
	struct line_options o = r->options;

	for (; *letters; letters++) {
		if (*letters == 'n')
			o.numeric = true;
		else if (*letters == 'S')
			o.absolute_seq = true;
		else if (*letters == '#')
			o.number = true;
		else if (*letters == 't' && o.time_form < FORMS)
			o.time_form++;
		else
			return false;
	}

	r->options = o;
	return true;
}

static int take_option(struct reading *r, struct cli *cli, int argc,
		       char *argv[], int *i)
{
	/* A hand that is used to tcpdump types it. */
	if (!strcmp(argv[*i], "-r") && *i + 1 < argc && !r->path)
		return r->path = argv[++*i], 1;
	if (!strcmp(argv[*i], "--coverage"))
		return r->coverage = true, 1;
	if (!strcmp(argv[*i], "--number"))
		return r->options.number = true, 1;
	if (argv[*i][1] != '-' && take_letters(r, argv[*i] + 1))
		return 1;

	return cli_common(cli, argc, argv, i);
}

static int take_arguments(struct reading *r, struct cli *cli, int argc,
			  char *argv[])
{
	bool options = true;

	for (int i = 1; i < argc; i++) {
		int taken = 0;

		if (options && !strcmp(argv[i], "--")) {
			options = false;
			continue;
		}
		if (options && argv[i][0] == '-' && argv[i][1]) {
			taken = take_option(r, cli, argc, argv, &i);
			if (taken < 0)
				return EXIT_USAGE;
			if (!taken)
				return near_option(&command_read, argv[i]);
		} else if (!r->path) {
			r->path = argv[i];
		} else {
			if (r->expression.len)
				text_char(&r->expression, ' ');
			text_str(&r->expression, argv[i]);
		}
	}

	if (!r->path)
		return cli_usage(&command_read, "%s", _("no FILE given"));

	return 0;
}

static int read_run(struct cli *cli, int argc, char *argv[])
{
	struct reading r = { 0 };
	int status = take_arguments(&r, cli, argc, argv);

	if (!status)
		status = make_filter(&r);
	if (!status) {
		r.problems = problems_new();
		status = r.problems ? read_file(&r) : EXIT_UNKNOWN;
	}

	line_printer_free(r.printer);
	problems_free(r.problems);
	filter_free(r.filter);
	text_done(&r.expression);
	text_done(&r.out);
	return status;
}

const struct command command_read = {
	.name = "read",
	.arguments = "[-n] [-S] [-#] [-t...] FILE [FILTER...]",
	.summary = N_("The packets of a capture, as tcpdump prints them."),
	.help = N_(
		"\n"
		"The lines are those of tcpdump 4.99.3, byte for byte, for Ethernet to DNS.\n"
		"FILTER is tcpdump's filter language.\n"
		"\n"
		"  -n, -nn     numbers instead of names\n"
		"  -S          absolute sequence numbers\n"
		"  -#          number the packets\n"
		"  -t ...      no time; -tt seconds; -ttt since the packet before;\n"
		"              -tttt with the date; -ttttt since the first packet\n"
		"  --coverage  on standard error, the packets whose line stops at a protocol\n"
		"              that only tcpdump knows, with its name\n"
		"\n"
		"Examples:\n"
		"  kiriwake read -nn trouble.pcap host 10.1.0.7 and port 5555\n"
		"  kiriwake read -tttt -S trouble.pcapng.gz icmp\n"),
	.run = read_run,
};
