#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/*
 * A line of a ticket, mail or page as tcpdump wrote it: without what quoting,
 * HTML, word processors and terminals have put around and into it.
 */

/* True when the bytes hold something for pasted_clean_bytes() to change. */
bool pasted_clean_needed(const char *s, size_t len);

/*
 * Appends the line with HTML entities, tags, wide and invisible blanks, dashes,
 * full-width letters and terminal colours undone. Tags that break lines become
 * newlines, so that one line may turn into several.
 */
void pasted_clean_bytes(struct text *out, const char *s, size_t len);

struct pasted_prefix {
	size_t len;      /* bytes before the text */
	bool framed;     /* "|" or back-quotes were among them */
	unsigned quotes; /* levels of ">" or "|" among them */
	unsigned indent; /* columns of blanks behind the last of those */
};

/* What stands before the text of a clean line: quoting up to that many levels,
 * blanks, back-quotes. */
struct pasted_prefix pasted_clean_prefix(const char *s, size_t len,
					 unsigned levels);
