#pragma once

#include "ruleset/value.h"

struct arena;

/*
 * Ranges that live once, however often they are made: those of rules are few.
 * All zero to begin with; the copies are the arena's, and outlive the pool.
 */
struct range_pool {
	const struct ranges **slots; /* by their hash; NULL: free */
	size_t count, capacity;      /* a power of two */
};

/* The copy in the arena, always the same one. NULL when there is no memory. */
const struct ranges *range_pool_keep(struct range_pool *p, struct arena *a,
				     const struct ranges *x);

void range_pool_done(struct range_pool *p);
