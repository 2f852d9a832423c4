#pragma once

#include "ruleset/space.h"

/*
 * Products of sets of numbers: cut, compared, taken from one another. Results
 * live in the arena given.
 */

/* A value for each dimension of the space: one packet, with what happens to be
 * true of it. */
struct spot {
	unsigned count;
	u128 value[];
};

extern const struct box box_whole;

const struct box *box_of(struct arena *a, const struct side *sides,
			 unsigned count);

/* The values along one dimension; those of the whole space where the box does
 * not name it. */
const struct ranges *box_along(const struct space *s, const struct box *x,
			       unsigned dim);

/* What x and y have in common: 1, or 0 where that is nothing, or -ENOMEM. */
int box_cut(struct arena *a, const struct box *x, const struct box *y,
	    const struct box **ret);

/* x with other values along one dimension. NULL when there is no memory. */
const struct box *box_with(struct arena *a, const struct box *x, unsigned dim,
			   const struct ranges *set);

bool box_meets(const struct box *x, const struct box *y);
bool box_covers(const struct box *x, const struct box *y);
bool box_has(const struct box *x, const struct spot *p);

/* Calls for each piece of x without y, disjoint boxes, until that answers
 * something else than 0, and gives that; -ENOMEM. */
int box_peel(struct arena *a, const struct space *s, const struct box *x,
	     const struct box *y,
	     int (*each)(void *context, const struct box *piece),
	     void *context);

/* How much of x is in y, from 0 to 1, by what packets are like: a new
 * connection weighs more than its reply. */
double box_share(const struct space *s, const struct box *x,
		 const struct box *y);

/* How many values of source, destination, protocol and ports it has. */
double box_size(const struct space *s, const struct box *x);

/* A packet of the box: the most usual one, or with a seed any. NULL when there
 * is no memory. */
struct spot *box_pick(struct arena *a, const struct space *s,
		      const struct box *x, uint64_t *seed);

/* The same, with what is unusual left out: any addresses and ports, but a new
 * connection rather than an answer, TCP rather than ESP. */
struct spot *box_sample(struct arena *a, const struct space *s,
			const struct box *x, uint64_t *seed);

/* The packet of a spot, without what depends on variables and changes. */
void box_point(const struct space *s, const struct spot *p, struct point *ret);
