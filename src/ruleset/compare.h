#pragma once

#include "ruleset/model.h"

struct arena;

/*
 * The exact difference of two rulesets: for which packets, and by which rules,
 * the fate differs. Base chains are compared one by one, those of the same
 * family, hook, table and priority, whatever engine holds them; a chain that is
 * missing accepts. What no packet shows (limits, sets not given) is the same on
 * both sides where it is written the same.
 */
struct fate {
	const struct chain *chain;   /* base chain; NULL: not there */
	const struct rule *rule;     /* NULL: the policy, or no chain */
	const struct action *action; /* NULL: the same */
	enum action_kind kind;       /* ACCEPT, DROP, … */
};

/* The packets that one rule decided before, and another does after. */
struct change {
	enum table_family family; /* TABLE_IP or TABLE_IP6 */
	enum hook hook;
	struct fate before, after;
	const char *packets; /* in which all of them lie, in words */
	double size;         /* how many 5-tuples; -1 where that is not known */
	bool size_is_bound;  /* it is no more than that */
	struct point example;
	bool is_verified; /* the plain evaluator says the same of the example */
	/* With a scope that asks for something: how many 5-tuples lie outside of
	 * it, and one of them. 0: none. */
	double outside;
	struct point stray;
	struct change *next;
};

struct comparison {
	struct change *first, *last;
	size_t count;
	bool is_complete; /* nothing was given up: no changes means equal */
	unsigned coarse;  /* conditions compared by their text alone */
	uint64_t chains, rules; /* that were compared */
};

enum equality { EQUALITY_NO, EQUALITY_YES, EQUALITY_UNKNOWN };

static inline enum equality comparison_equal(const struct comparison *c)
{
	if (c->count)
		return EQUALITY_NO;

	return c->is_complete ? EQUALITY_YES : EQUALITY_UNKNOWN;
}

/* Packets that are meant to fare otherwise: a set of values for each field, NULL
 * where any will do. */
struct compare_asked {
	enum table_family family; /* TABLE_IP or TABLE_IP6 */
	unsigned hooks;           /* bits, by enum hook */
	const struct ranges *set[FIELD_COUNT];
};

struct compare_scope {
	/* Which base chains are compared, by the ruleset before; those that are
	 * only after, always. NULL: all. */
	bool (*wants)(void *context, const struct chain *before);
	void *context;
	const struct compare_asked *asked;
	size_t asked_count;
	/* Where the search gives up, equality is not proven by other means, which
	 * may take a second. */
	bool is_quick;
};

/* The same as compare_rulesets(), within the scope. */
int compare_rulesets_within(const struct ruleset *before,
			    const struct ruleset *after,
			    const struct compare_scope *scope, struct arena *a,
			    struct comparison *ret);

/* Changes live in the arena; both rulesets must be linked. 0 or -ENOMEM. */
int compare_rulesets(const struct ruleset *before, const struct ruleset *after,
		     struct arena *a, struct comparison *ret);
