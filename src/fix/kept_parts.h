#pragma once

#include "fix/image.h"
#include "fix/repair.h"

/* kept_file.c's own: what it shares with kept_order.c. */

enum { KEPT_FILES = 4 };

/* One candidate's way into the files. */
struct keeping {
	struct fix_planning *p;
	struct fix_candidate *c;
	const struct image *image; /* with the changes so far */
	struct fix_change files[KEPT_FILES];
	size_t count;
	bool passes;     /* the connection does, with that */
	bool fits;       /* and nothing else changes that should not */
	bool is_ordered; /* the file got the order that is in force */
};

/* A rule of the file goes before that one, or behind it. */
int kept_file_move(struct keeping *k, const struct rule *r,
		   const struct rule *at, bool is_behind);

/* A new one; at NULL: at the chain's end. */
int kept_file_put(struct keeping *k, const struct chain *c,
		  const struct rule *at, bool is_behind, const char *words);
