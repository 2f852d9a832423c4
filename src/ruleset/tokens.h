#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/*
 * A line of iptables-save cut into words, as iptables-restore takes them:
 * spaces and tabs between, double quotes around, a backslash within quotes
 * takes the next byte as it is.
 */
struct token {
	const char *text; /* terminated, unquoted */
	size_t len;
	size_t column; /* from 1 */
	size_t end;    /* of the line's bytes before the space after it */
	bool is_quoted;
	bool is_chosen; /* by its reader: of several values in the line, one */
};

struct tokens {
	struct token *list;
	size_t count, capacity;
	bool is_open;      /* a quote without its end */
	bool may_be_short; /* options that are cut short are meant, too */
	bool is_plain;     /* for tokens_read(): quotes are letters */
};

/* Words live in the arena, the list itself on the heap: reused from line to
 * line. -ENOMEM or 0. */
int tokens_read(struct tokens *t, struct arena *a, const char *line,
		size_t len);
void tokens_done(struct tokens *t);
