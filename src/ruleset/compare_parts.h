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
};

/* Which entries stand on both sides, in the same order: a packet that meets no
 * other entry has the same fate on both. 0 or -ENOMEM. */
int compare_align(struct compare_pair *p);

/* Whether a packet that meets the entry may fare otherwise. */
bool compare_matters(const struct entry *e);

/* Finds and tells the changes of one pair. */
int compare_search(struct compare_pair *p);

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
