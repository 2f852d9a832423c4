#pragma once

#include "ruleset/space.h"

/*
 * A program: what flattening makes of a base chain.
 *
 * Entries are tried in order. A packet in the box of one that ends has met its
 * fate; in one that skips, it goes on at entry skip_to (a RETURN hides the rest
 * of its call); in one that passes, with the next. A chain that is jumped to
 * stands in the place of each jump, its boxes cut with the jump's.
 */
enum entry_kind { ENTRY_PASSES, ENTRY_ENDS, ENTRY_SKIPS };

struct entry {
	const struct box *box;
	const struct rule *rule;     /* NULL: the policy */
	const struct action *action; /* NULL: the policy, or conditions only */
	enum entry_kind kind;
	uint32_t skip_to;
	uint32_t call; /* which of calls it is in */
	/* A packet in the box may pass all the same, or another fate may meet
	 * it: rate limits, chance, a rule that is not fully known. */
	bool is_uncertain;
	bool is_hidden; /* for the only reason that the source hides something */
};

struct call {
	const struct chain *chain;
	const struct rule *by; /* NULL: the base chain */
	uint32_t parent;
	uint32_t first, end; /* its entries */
};

/* Too many entries: the program is cut short and proves nothing. */
enum { PROGRAM_ENTRIES = 4 * 1000 * 1000 };

struct overlap;

struct program {
	struct space *space;
	const struct chain *base;
	enum action_kind policy;
	struct entry *entries; /* the last is the policy */
	size_t count, capacity;
	struct call *calls;
	size_t call_count, call_capacity;
	bool is_cut;
	bool has_skips;
	struct overlap *ends, *skips; /* indexes, made when first needed */
};

/* 0 or -ENOMEM. base NULL: a chain that is not there, which accepts. The entries
 * are malloc()ed; program_done() frees them, boxes are the space's. */
int program_init(struct program *p, struct space *s, const struct chain *base);
void program_done(struct program *p);

/* What an entry that ends does with a packet. */
enum action_kind program_outcome(const struct program *p, size_t entry);

/* Whether two actions do the same to a packet. */
bool program_same_action(const struct action *x, const struct action *y,
			 bool is_v6);

/* Whether packets that end there and there meet the same fate: verdict, reject
 * type, translation. */
bool program_same_fate(const struct program *p, size_t i,
		       const struct program *q, size_t j);
