#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/*
 * The bytes that were fed, as clean physical lines.
 *
 * A line beyond PASTED_LINE_MOST bytes is cut there and its rest dropped, so
 * that a file without line ends cannot fill the memory.
 */
enum { PASTED_LINE_MOST = 1 << 16 };

struct pasted_input {
	struct text bytes; /* fed and not dropped yet */
	size_t at;         /* of the next line */
	size_t searched;   /* up to where no line end was found */
	struct text clean; /* lines that the last one was turned into */
	size_t clean_at;
	uint64_t lines; /* physical ones so far */
	bool ended;
	bool dropping; /* the rest of a line that is too long */
};

struct pasted_physical {
	const char *s; /* with its quoting, without blanks at the end */
	size_t len;
	bool lasts; /* s stays until more is fed, else until the next line */
};

void pasted_input_done(struct pasted_input *in);

/* 0 or -ENOMEM. */
int pasted_input_feed(struct pasted_input *in, const char *data, size_t len);

/* The next line; false when it is not complete yet, or there is none. */
bool pasted_input_next(struct pasted_input *in, struct pasted_physical *ret);
