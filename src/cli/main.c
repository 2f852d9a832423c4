#include <errno.h>
#include <locale.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/problem.h"
#include "cli/cli.h"
#include "cli/near.h"
#include "cli/target.h"
#include "config.h"
#include "report/words.h"

static const struct command *const commands[] = {
	&command_check,    &command_run,     &command_server,
	&command_fix,      &command_explain, &command_read,
	&command_firewall, &command_causes,  &command_sources,
};

enum { COMMANDS = sizeof(commands) / sizeof(*commands) };

bool cli_is(const char *arg, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(arg, name, len) && (!arg[len] || arg[len] == '=');
}

const char *cli_value(const char *name, int argc, char *argv[], int *i)
{
	const char *arg = argv[*i];
	size_t len = strlen(name);

	if (!strncmp(arg, name, len) && arg[len] == '=')
		return arg + len + 1;
	if (*i + 1 < argc)
		return argv[++*i];

	(void)fprintf(stderr, _("kiriwake: %s needs a value\n"), name);
	return NULL;
}

/* Messages come from LANGUAGE, whatever locale the system has: C.UTF-8 is
 * enough to print them. */
static bool set_language(const char *lang)
{
	if (strcmp(lang, "en") != 0 && strcmp(lang, "ja") != 0)
		return false;

	(void)setenv("LANGUAGE", lang, 1);
	if (!setlocale(LC_MESSAGES, "C.UTF-8"))
		(void)setlocale(LC_MESSAGES, "en_US.UTF-8");
	/* libc's own messages, too, in letters that are there. */
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	return true;
}

static int take_language(const char *value)
{
	if (!value)
		return -1;
	if (!set_language(value)) {
		(void)fprintf(
			stderr,
			_("kiriwake: --lang takes en or ja, not \"%s\"\n"),
			value);
		return -1;
	}

	return 1;
}

static int take_color(struct cli *cli, const char *value)
{
	if (!value)
		return -1;
	if (strcmp(value, "auto") != 0 && strcmp(value, "always") != 0 &&
	    strcmp(value, "never") != 0) {
		(void)fprintf(
			stderr,
			_("kiriwake: --color takes auto, always or never, not \"%s\"\n"),
			value);
		return -1;
	}

	cli->color = value;
	return 1;
}

int cli_common(struct cli *cli, int argc, char *argv[], int *i)
{
	const char *arg = argv[*i];

	if (!strcmp(arg, "--json")) {
		cli->json = true;
		return 1;
	}
	if (!strcmp(arg, "-v") || !strcmp(arg, "--verbose")) {
		cli->verbose = true;
		log_enable(true);
		return 1;
	}
	if (cli_is(arg, "--lang"))
		return take_language(cli_value("--lang", argc, argv, i));
	if (cli_is(arg, "--color"))
		return take_color(cli, cli_value("--color", argc, argv, i));

	return 0;
}

int cli_before_part(struct cli *cli, int *argc, char ***argv)
{
	int taken = 1, i = 1;

	for (; i < *argc && taken > 0; i += taken > 0)
		taken = cli_common(cli, *argc, *argv, &i);
	if (taken < 0)
		return EXIT_USAGE;

	*argc -= i - 1;
	*argv += i - 1;
	return 0;
}

int cli_usage(const struct command *command, const char *format, ...)
{
	va_list ap;

	(void)fputs("kiriwake: ", stderr);
	va_start(ap, format);
	(void)vfprintf(stderr, format, ap);
	va_end(ap);
	(void)fprintf(
		stderr,
		_("\nusage: kiriwake %s %s\n`kiriwake %s --help' tells more.\n"),
		command->name, command->arguments, command->name);
	return EXIT_USAGE;
}

void cli_help(const struct command *command)
{
	(void)printf(_("usage: kiriwake %s %s\n\n%s\n%s"), command->name,
		     command->arguments, _(command->summary), _(command->help));
}

bool cli_colour(const struct cli *cli)
{
	const char *no = getenv("NO_COLOR");

	if (cli->color && !strcmp(cli->color, "always"))
		return true;
	if (cli->color && !strcmp(cli->color, "never"))
		return false;

	return !(no && *no) && isatty(STDOUT_FILENO);
}

/* The first byte of a letter, there or before. */
static size_t letter_at(const char *s, size_t at)
{
	while (at && ((unsigned char)s[at] & 0xc0) == 0x80)
		at--;

	return at;
}

/* The bytes from there to there, clean, on a line; their columns. */
static size_t put_clean(const char *s, size_t from, size_t end, bool is_shown)
{
	struct text cut = TEXT_NULL, clean = TEXT_NULL;
	size_t width;

	text_bytes(&cut, s + from, end - from);
	words_clean(&clean, text_string(&cut));
	if (is_shown)
		(void)fprintf(stderr, "  %s\n", text_string(&clean));
	width = text_width(text_string(&clean), clean.len);
	text_done(&cut);
	text_done(&clean);
	return width;
}

/* The line, or what of it stands around the column. */
static void put_excerpt(const struct problem *p)
{
	enum { SHOWN = 160, BEFORE = 60 };

	size_t len = p->excerpt ? strlen(p->excerpt) : 0;
	size_t column = p->column && p->column <= len ? p->column - 1 : len;
	size_t from = 0, end = len;

	if (!p->excerpt)
		return;

	if (len > SHOWN && p->column && column > BEFORE)
		from = letter_at(p->excerpt, column - BEFORE);
	if (end - from > SHOWN)
		end = letter_at(p->excerpt, from + SHOWN);
	(void)put_clean(p->excerpt, from, end, true);
	if (p->column)
		(void)fprintf(stderr, "  %*s^\n",
			      (int)put_clean(p->excerpt, from, column, false),
			      "");
}

void cli_problems(const struct problems *list)
{
	const struct problem *p;
	uint64_t kept = 0;

	for (; (p = problems_at(list, kept)); kept++) {
		(void)fprintf(stderr, "%s:", p->file ? p->file : "kiriwake");
		if (p->line)
			(void)fprintf(stderr,
				      "%llu:", (unsigned long long)p->line);
		if (p->line && p->column)
			(void)fprintf(stderr,
				      "%llu:", (unsigned long long)p->column);
		if (p->packet)
			(void)fprintf(stderr, _(" packet %llu:"),
				      (unsigned long long)p->packet);
		if (!p->line && p->offset)
			(void)fprintf(stderr, _(" byte %llu:"),
				      (unsigned long long)p->offset);
		(void)fprintf(stderr, " %s\n", p->text);
		put_excerpt(p);
	}
	if (problems_count(list) > kept)
		(void)fprintf(
			stderr, _("... and %llu more problems\n"),
			(unsigned long long)(problems_count(list) - kept));
}

void progress_show(struct progress *p, const char *what, uint64_t done,
		   uint64_t total)
{
	int64_t now = clock_now();

	if (!p->started_ns)
		p->started_ns = now;
	if (!isatty(STDERR_FILENO) || now - p->started_ns < CLOCK_SECOND ||
	    now - p->shown_ns < CLOCK_SECOND / 5)
		return;

	p->shown_ns = now;
	p->shown = true;
	if (total)
		(void)fprintf(stderr, "\r\x1b[K%s %3u %%  %llu MB", what,
			      (unsigned)(done * 100 / total),
			      (unsigned long long)(done / 1000000));
	else
		(void)fprintf(stderr, "\r\x1b[K%s %llu MB", what,
			      (unsigned long long)(done / 1000000));
	(void)fflush(stderr);
}

void progress_end(struct progress *p)
{
	if (p->shown)
		(void)fputs("\r\x1b[K", stderr);
	p->shown = false;
}

static void all_help(void)
{
	(void)puts(_(
		"usage: kiriwake COMMAND [ARGUMENT...]\n\nTells why a network connection fails, and proves it.\n"));
	for (size_t i = 0; i < COMMANDS; i++)
		(void)printf("  kiriwake %s %s\n      %s\n", commands[i]->name,
			     commands[i]->arguments, _(commands[i]->summary));
	(void)puts(_(
		"\nEvery command takes --help, --json, --lang en|ja, --color auto|always|never, -v.\nExit status: 0 healthy, 1 a fault was found, 2 usage or bad input, 3 could not tell.\n"));
}

/* Beside the program in a build folder, else where it is installed. */
static void set_messages(void)
{
	char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 8);
	char *slash;

	(void)setlocale(LC_ALL, "");
	path[len > 0 ? len : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash)
		memcpy(slash, "/po", 4);
	(void)bindtextdomain("kiriwake",
			     slash && !access(path, X_OK) ? path : LOCALE_DIR);
	(void)bind_textdomain_codeset("kiriwake", "UTF-8");
	(void)textdomain("kiriwake");
}

/* What was printed has to be written, or nothing is well. */
static int written(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;

	(void)fprintf(stderr, _("kiriwake: cannot write: %s\n"),
		      strerror(errno));
	return EXIT_UNKNOWN;
}

/* The page of the part that is named, or the command's own. */
static const struct command *page_of(const struct command *c, const char *word)
{
	size_t len = strlen(c->name);

	for (size_t i = 0; c->parts && c->parts[i]; i++)
		if (!strcmp(c->parts[i]->name + len + 1, word))
			return c->parts[i];

	return c;
}

/* The command that was probably meant, or NULL. */
static const struct command *near_command(const char *word)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (near_distance(word, commands[i]->name) <= 2)
			return commands[i];

	return NULL;
}

static int unknown_command(const char *word)
{
	const struct command *near = near_command(word);

	if (near) {
		(void)fprintf(
			stderr,
			_("kiriwake: there is no command \"%s\"; did you mean `kiriwake %s'?\n"),
			word, near->name);
		return EXIT_USAGE;
	}

	(void)fprintf(
		stderr,
		_("kiriwake: \"%s\" is no command, and not HOST:PORT; `kiriwake --help' tells more\n"),
		word);
	return EXIT_USAGE;
}

/* `kiriwake TARGET' is `kiriwake check TARGET'. */
static bool is_target(int argc, char *argv[])
{
	uint8_t protocol = IPPROTO_TCP;
	uint16_t port;

	return strpbrk(argv[0], ":./") ||
	       (argc > 1 && argv[1][0] != '-' && !near_command(argv[0]) &&
		target_port(argv[1], &protocol, &port));
}

static int run(struct cli *cli, int argc, char *argv[])
{
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(argv[0], commands[i]->name) != 0)
			continue;
		for (int k = 1; k < argc; k++) {
			if (!strcmp(argv[k], "--") ||
			    (commands[i] == &command_run && argv[k][0] != '-'))
				break; /* the rest is a program's */
			if (!strcmp(argv[k], "--help")) {
				cli_help(page_of(commands[i], argv[1]));
				return written(EXIT_HEALTHY);
			}
		}
		return written(commands[i]->run(cli, argc, argv));
	}

	if (!is_target(argc, argv))
		return unknown_command(argv[0]);

	/* The word before the target stands for the command. */
	return written(command_check.run(cli, argc + 1, argv - 1));
}

/* --lang before the command, or anywhere: help and errors obey it too. */
static void early_language(int argc, char *argv[])
{
	for (int i = 1; i < argc; i++) {
		if (!strncmp(argv[i], "--lang=", 7))
			(void)set_language(argv[i] + 7);
		else if (!strcmp(argv[i], "--lang") && i + 1 < argc)
			(void)set_language(argv[i + 1]);
	}
}

int main(int argc, char *argv[])
{
	struct cli cli = { .color = "auto" };
	int i = 1;

	set_messages();
	early_language(argc, argv);
	for (; i < argc && argv[i][0] == '-'; i++) {
		int taken;

		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			all_help();
			return EXIT_HEALTHY;
		}
		if (!strcmp(argv[i], "--version")) {
			(void)puts("kiriwake " VERSION);
			return EXIT_HEALTHY;
		}
		taken = cli_common(&cli, argc, argv, &i);
		if (taken < 0)
			return EXIT_USAGE;
		if (!taken) {
			(void)fprintf(
				stderr,
				_("kiriwake: unknown option %s; `kiriwake --help' tells more\n"),
				argv[i]);
			return EXIT_USAGE;
		}
	}
	if (i == argc) {
		all_help();
		return EXIT_USAGE;
	}

	return run(&cli, argc - i, argv + i);
}
