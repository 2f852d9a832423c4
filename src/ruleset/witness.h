#pragma once

#include "ruleset/overlap.h"

/*
 * Is there a packet that comes as far as this entry? Exact, by pieces.
 *
 * Where no entry that skips is in the way, a packet of the box is picked and
 * the entries that hold it are looked up. None: it is the witness. One that
 * holds the whole piece: no packet of the piece passes. Else the one that takes
 * most of it is peeled off, and each rest is a piece again.
 *
 * Where packets may skip (RETURN), an entry that ends only stops those that
 * were not led around it. All entries that meet the piece are listed. Those that
 * end and that nothing leads around are peeled off as above, in any order. When
 * only hidden ones are left, nothing stops anybody before the first entry that
 * skips: the piece is parted there, into those that go on behind it, and those
 * that do not skip.
 *
 * Several programs can be searched at once: is there a packet that comes to
 * this entry of the one and to that of the other?
 */
enum { WITNESS_GOALS = 2 };

struct goal {
	struct program *program;
	uint32_t entry;
	const struct rule *without; /* as if this rule were not there */
};

enum { WITNESS_NONE, WITNESS_FOUND, WITNESS_GIVEN_UP };

/* How much may be done for one search: boxes that are compared. */
enum { WITNESS_WORK = 20 * 1000 * 1000 };

struct witness {
	struct spot *spot; /* malloc()ed, FOUND only */
	/* NONE: the entries of the first goal that take all of it. */
	struct numbers by;
};

void witness_done(struct witness *w);

/* Within the box, which lies in the boxes of the goals' entries. One of the
 * above, or -ENOMEM. */
int witness_search(const struct space *s, const struct box *start,
		   const struct goal *goals, unsigned count,
		   struct witness *ret);

/*
 * How many packets, by box_size(), come to all goals, into ret; no more than
 * max pieces are counted. 0, WITNESS_GIVEN_UP or -ENOMEM. Pieces that differ in
 * other fields than box_size() counts may be counted twice.
 */
int witness_measure(const struct space *s, const struct box *start,
		    const struct goal *goals, unsigned count, unsigned max,
		    double *ret);

/* Where a packet that stands at entry from ends, if entries that are uncertain
 * do not act. -ENOMEM, or 0. */
int witness_fate(struct program *p, const struct spot *s, uint32_t from,
		 const struct rule *without, uint32_t *ret);

/* The same from the first entry, if entries that skip, but not for certain,
 * do. */
int witness_lucky_fate(struct program *p, const struct spot *s, uint32_t *ret);
