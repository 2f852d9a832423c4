#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "cli/check.h"
#include "report/wrap.h"

enum { WIDTH_USUAL = 80, WIDTH_LEAST = 40, WIDTH_MOST = 100 };

/* The terminal's; COLUMNS is for what goes elsewhere. */
static size_t terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize w;
	size_t width = 0;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &w))
		width = w.ws_col;
	else if (columns)
		width = strtoul(columns, NULL, 10);
	if (!width)
		return WIDTH_USUAL;
	if (width < WIDTH_LEAST)
		return WIDTH_LEAST;

	return width > WIDTH_MOST ? WIDTH_MOST : width;
}

void check_screen_init(struct check_screen *s, const struct cli *cli,
		       const struct case_record *record)
{
	*s = (struct check_screen){
		.is_quiet = cli->json,
		.is_terminal = isatty(STDERR_FILENO),
		.ticket = { .record = record,
			    .colour = cli_colour(cli),
			    .is_verbose = cli->verbose,
			    .is_utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8"),
			    .width = terminal_width() },
	};
}

static void rub_out(struct check_screen *s)
{
	if (s->has_line)
		(void)fputs("\r\x1b[K", stderr);
	s->has_line = false;
}

static void show(struct check_screen *s, const struct step *step)
{
	struct text t = TEXT_NULL;

	if (s->is_quiet || (step->status == STEP_SKIP && !s->ticket.is_verbose))
		return;

	rub_out(s);
	ticket_step(&t, &s->ticket, step, ++s->told);
	(void)fputs(text_string(&t), stdout);
	(void)fflush(stdout);
	text_done(&t);
}

void check_screen_sync(struct check_screen *s, const struct case_record *c)
{
	while (s->seen < c->step_count)
		show(s, &c->steps[s->seen++]);
}

void check_screen_wait(struct check_screen *s, const char *what,
		       int64_t since_ns)
{
	struct text t = TEXT_NULL;

	if (!what) {
		rub_out(s);
		return;
	}
	if (s->is_quiet || !s->is_terminal)
		return;

	text_format(&t, "      %s (%.1f s)", what,
		    (double)(clock_now() - since_ns) / 1e9);
	(void)fprintf(stderr, "\r\x1b[K%s", text_string(&t));
	(void)fflush(stderr);
	s->has_line = true;
	text_done(&t);
}
