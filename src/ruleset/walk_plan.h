#pragma once

#include "ruleset/model.h"

/*
 * What a walk needs of a ruleset, made once: who is met at each hook, in which
 * order, and each chain's rules side by side.
 *
 * Long chains have an index, so that a million packets a second can pass: for
 * each of the fields that most rules ask for, the field's values are cut where
 * any rule's answer changes, and each piece has a row of bits, one a rule, that
 * tells which rules such a value leaves possible. The rules to be tried are the
 * rows' intersection (Lakshman and Stiliadis, SIGCOMM 1998).
 */
enum { PLAN_INDEX_FIELDS = 6 };

struct plan_index {
	enum field field;
	size_t cut_count;
	u128 *cuts;     /* where pieces begin; the first is 0 */
	uint64_t *rows; /* words bits for each piece */
};

struct plan_chain {
	const struct chain *chain;
	const struct rule **rules;
	size_t count;
	size_t words;             /* of a row: count / 64, rounded up */
	struct plan_index *index; /* NULL: none */
	unsigned index_count;
};

enum plan_kind {
	PLAN_CHAIN,
	PLAN_CONNTRACK,
	PLAN_NAT /* all nat chains, in their own order */
};

/* What is met at a hook. */
struct plan_stop {
	enum plan_kind kind;
	int priority;
	const struct plan_chain *chain;
	u128 device; /* as FIELD_IIF; 0: any */
};

struct plan_hook {
	struct plan_stop *stops;
	size_t count;
	struct plan_stop *nat;
	size_t nat_count;
};

enum plan_family { PLAN_V4, PLAN_V6, PLAN_FAMILY_COUNT };

struct walk_plan {
	struct arena *arena;
	struct plan_hook hooks[PLAN_FAMILY_COUNT][HOOK_NONE];
	struct plan_chain *chains; /* by chain->index */
	size_t chain_count;
	bool has_early; /* chains before connection tracking */
};

/* Without an index: enough for a few packets. NULL: no memory. */
struct walk_plan *walk_plan_plain(const struct ruleset *r);

/* Adds it to one chain, in the arena; 0 or -ENOMEM. (walk_index.c) */
int walk_index_chain(struct arena *a, struct plan_chain *c, uint64_t changing);

/* FIELD_BIT()s of the fields that rules change on the way. */
uint64_t walk_index_changing(const struct ruleset *r);
