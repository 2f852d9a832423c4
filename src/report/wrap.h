#pragma once

#include <stddef.h>

#include "base/text.h"

/*
 * Lines for a terminal. Widths are columns: a full-width character takes two.
 */

/* The columns that the UTF-8 text takes. */
size_t wrap_columns(const char *text);

/*
 * Appends the text in lines of at most width columns: the first goes on at
 * column at, the others begin with indent spaces. Words are kept whole where
 * they fit; Japanese may break anywhere but before a closing mark and behind an
 * opening one (JIS X 4051). Ends without a line feed.
 */
void wrap_text(struct text *out, const char *text, size_t at, size_t indent,
	       size_t width);
