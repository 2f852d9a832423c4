#pragma once

#include "ruleset/box.h"
#include "ruleset/program.h"

/*
 * Which entries of a program hold a packet, or have one in common with a box,
 * without looking at all of them.
 *
 * A tree that halves: at each node one value along one dimension parts the
 * entries into those below, those above, and those on both sides, which make a
 * third child (and are parted there along another dimension). No entry stands
 * twice, so it takes no more room than the entries' numbers. A box is taken for
 * its hull on the way, and looked at closely at the leaves.
 */
struct overlap;

struct numbers {
	uint32_t *at;
	size_t count, capacity;
};

int overlap_add(struct numbers *n, uint32_t value);
void overlap_done(struct numbers *n);

/* Over the entries that end for certain, or over those that skip, or may. NULL
 * when there is no memory. The program's entries must not change any more. */
struct overlap *overlap_new(const struct program *p, enum entry_kind kind);
void overlap_free(struct overlap *o);

/* Adds those with from <= entry < to, in no order. 0 or -ENOMEM. */
int overlap_stab(const struct overlap *o, const struct spot *s, uint32_t from,
		 uint32_t to, struct numbers *ret);
int overlap_query(const struct overlap *o, const struct box *x, uint32_t from,
		  uint32_t to, struct numbers *ret);

/* The first of them from there on, of another rule than without. The program's
 * count where there is none. */
uint32_t overlap_first(const struct overlap *o, const struct spot *s,
		       uint32_t from, const struct rule *without);
