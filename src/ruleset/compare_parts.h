#pragma once

#include "ruleset/compare.h"
#include "ruleset/witness.h"

/* What the parts of the comparison share; only compare*.c include this. */

enum { COMPARE_CHANGES = 1000, COMPARE_SEARCHES = 200 * 1000 };

/* One base chain before and after, in one space. */
struct compare_pair {
	struct arena *arena; /* of changes */
	struct comparison *ret;
	struct arena *scratch;
	struct space *space;
	const struct chain *base[2];
	struct program of[2];
	bool *is_common[2]; /* of each entry: it stands on both sides */
	unsigned searches;
	bool is_over; /* too many changes, or too much to search */
	bool is_quick;
	/* What is asked for, in the space; NULL: nothing, nobody wants to know. */
	const struct box **asked;
	size_t asked_count;
};

/* Which entries stand on both sides, in the same order: a packet that meets no
 * other entry has the same fate on both. 0 or -ENOMEM. */
int compare_align(struct compare_pair *p);

/* Whether a packet that meets the entry may fare otherwise. */
bool compare_matters(const struct entry *e);

/* Finds and tells the changes of one pair. */
int compare_search(struct compare_pair *p);

/* Fills asked, before the programs are made: it may need dimensions of its own.
 * 0 or -ENOMEM. */
int compare_asked_begin(struct compare_pair *p,
			const struct compare_scope *scope);

/* How much of the box, where packets come to both goals, was not asked for. 0 or
 * -ENOMEM. */
int compare_asked_measure(struct compare_pair *p, struct change *c,
			  const struct box *both, const struct goal *goals);

/* Leaves of an example what is worth telling. */
void compare_asked_show(const struct space *s, struct point *example);

/* Whether packets of the family meet the table. */
bool compare_meets(const struct table *t, enum table_family family);

/* Where a partner is looked for. */
struct compare_among {
	const struct ruleset *after;
	const bool *is_taken; /* of its chains: these are passed over */
	enum table_family family;
	bool by_rules; /* only a chain that begins with the same rule */
};

/* The chain after that stands where x stood before, best by hook, priority and
 * names, then by the rules that they begin with; NULL if there is none. */
const struct chain *compare_partner(const struct compare_among *among,
				    const struct chain *x);
