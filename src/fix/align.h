#pragma once

#include <stddef.h>

#include "base/arena.h"

/* One line of two lists; which of the other it is: ALIGN_NONE: none of it. */
struct align_line {
	const char *words;
	size_t twin;
};

#define ALIGN_NONE ((size_t)-1)

/*
 * Which lines of x are which of y: the most that stand in both in the same order
 * (the longest common subsequence), told in x's twins. Where they differ in more
 * than some thousands of lines, only what both begin and end with. ret_common: how
 * many. 0 or -ENOMEM.
 */
int align(struct arena *a, struct align_line *x, size_t x_count,
	  const struct align_line *y, size_t y_count, size_t *ret_common);
