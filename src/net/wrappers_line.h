#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "net/wrappers.h"

/*
 * The lines of hosts.allow and hosts.deny: where one ends, its fields, and what
 * its options do. For net/wrappers*.c only.
 */
enum { WRAPPERS_LINE_MOST = 2048 };

struct wrappers_lines {
	const char *at;
	const char *end;
	unsigned line; /* as libwrap counts */
	char buf[WRAPPERS_LINE_MOST];
};

enum wrappers_line_end {
	WRAPPERS_LINE,
	WRAPPERS_LINE_NONE,   /* no more of them */
	WRAPPERS_LINE_BROKEN, /* no newline, or too long: libwrap stops here */
};

struct wrappers_line {
	unsigned first, last;
	char text[WRAPPERS_TEXT];
	char *daemons;
	char *clients; /* NULL: there is no colon */
	char *options; /* or NULL */
};

/* The next line that is neither blank nor a comment. Its fields stand in l and
 * last until the next call. */
enum wrappers_line_end wrappers_line_next(struct wrappers_lines *l,
					  struct wrappers_line *ret);

/* Cuts s at the first such character that is not inside brackets; what follows
 * it, or NULL. */
char *wrappers_line_split(char *s, char at);

enum wrappers_fault {
	WRAPPERS_SOUND,
	WRAPPERS_OPTION_EMPTY,
	WRAPPERS_OPTION_UNKNOWN,
	WRAPPERS_OPTION_NEEDS_VALUE,
	WRAPPERS_OPTION_HAS_VALUE,
	WRAPPERS_OPTION_NOT_LAST,
	WRAPPERS_OPTION_BAD_VALUE,
};

struct wrappers_outcome {
	enum wrappers_answer answer;
	bool is_final; /* an option said so */
	unsigned effects;
	enum wrappers_fault fault; /* then libwrap denies */
	const char *option;        /* the one at fault; stands in options */
};

/* What a line does that matched. ask: whom to ask for accounts, or NULL.
 * without: the answer of a line without any. text: its options, or
 * NULL; it is cut up. */
struct wrappers_outcome wrappers_line_options(const struct wrappers_ask *ask,
					      char *text,
					      enum wrappers_answer without);
