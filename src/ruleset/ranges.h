#pragma once

#include "ruleset/value.h"

/*
 * Sets of numbers as ranges. Results live in the arena; NULL when it is full
 * (every function takes NULL and gives NULL, so one check at the end is
 * enough).
 */
const struct ranges *ranges_none(struct arena *a);
const struct ranges *ranges_one(struct arena *a, u128 first, u128 last);

/* Of any ranges, in any order, overlapping or not. */
const struct ranges *ranges_of(struct arena *a, const struct range *list,
			       size_t count);

const struct ranges *ranges_union(struct arena *a, const struct ranges *x,
				  const struct ranges *y);
const struct ranges *ranges_intersection(struct arena *a,
					 const struct ranges *x,
					 const struct ranges *y);

/* All of 0 … last that is not in x. */
const struct ranges *ranges_complement(struct arena *a, const struct ranges *x,
				       u128 last);

/* The numbers n of bits bits for which (n & mask) is in x. NULL, too, where
 * that would take more than max ranges. */
const struct ranges *ranges_masked(struct arena *a, const struct ranges *x,
				   u128 mask, unsigned bits, size_t max);

bool ranges_has(const struct ranges *x, u128 value);
bool ranges_covers(const struct ranges *x, const struct ranges *y);
bool ranges_overlap(const struct ranges *x, const struct ranges *y);
bool ranges_equal(const struct ranges *x, const struct ranges *y);

static inline bool ranges_is_all(const struct ranges *x, u128 last)
{
	return x->count == 1 && !x->range[0].first && x->range[0].last >= last;
}
