#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Exit statuses, design.md 4. */
enum {
	EXIT_HEALTHY = 0,
	EXIT_FAULT = 1,
	EXIT_USAGE = 2,   /* usage, or input that could not be read whole */
	EXIT_UNKNOWN = 3, /* could not tell, or not permitted */
};

/* What every command takes. */
struct cli {
	const char *color; /* auto, always, never */
	bool json;
	bool jsonl;
	bool verbose;
};

struct command {
	const char *name;
	const char *arguments;
	const char *summary; /* N_() */
	const char *help;    /* N_(): the whole page below the usage line */
	int (*run)(struct cli *cli, int argc, char *argv[]);
	/* Pages of help of its parts, named "NAME PART"; NULL: none. */
	const struct command *const *parts;
};

/* One file each: cli/NAME.c. */
extern const struct command command_check, command_explain, command_read,
	command_firewall, command_fix, command_causes, command_run,
	command_server, command_sources;

/*
 * Takes a common option (with its value) out of the way: 1 if argv[*i] was one,
 * with *i moved to its last word; 0 if not; -1 if it was one and is wrong, which
 * has been said.
 */
int cli_common(struct cli *cli, int argc, char *argv[], int *i);

/*
 * The common options between a command and its part, as in `fix --lang ja plan':
 * takes them away, so that argv[1] is the part. 0, or EXIT_USAGE, said.
 */
int cli_before_part(struct cli *cli, int *argc, char ***argv);

/* The value of option argv[*i]: behind "=" or the next word. NULL, said, when
 * there is none. */
const char *cli_value(const char *name, int argc, char *argv[], int *i);
/* Whether arg is --name or --name=…. */
bool cli_is(const char *arg, const char *name);

/* Says what is wrong with the command line, and where to read on. EXIT_USAGE. */
__attribute__((format(printf, 2, 3))) int
cli_usage(const struct command *command, const char *format, ...);

void cli_help(const struct command *command);

/* Colour on standard output, by --color, NO_COLOR and whether it is a
 * terminal. */
bool cli_colour(const struct cli *cli);

/* Problems as a compiler prints them, on standard error. */
struct problems;
void cli_problems(const struct problems *list);

/* A line on standard error that shows how far a long job is; only when that is
 * a terminal and a second has passed. total 0: not known. */
struct progress {
	int64_t started_ns, shown_ns;
	bool shown;
};

void progress_show(struct progress *p, const char *what, uint64_t done,
		   uint64_t total);
void progress_end(struct progress *p);
