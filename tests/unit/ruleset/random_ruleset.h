#pragma once

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/problem.h"
#include "ruleset/option.h"

/*
 * Small rulesets at random: one base chain and a few that it jumps to, with
 * conditions over four fields whose values matter from 0 to 4 only, so that all
 * packets can be tried.
 */
enum { VALUES = 5, RANDOM_FIELDS = 4, RANDOM_CHAINS = 4 };

static const enum field random_fields[RANDOM_FIELDS] = { FIELD_LENGTH,
							 FIELD_TTL, FIELD_TOS,
							 FIELD_UID };

struct random_ruleset {
	struct ruleset *ruleset;
	struct problems *problems;
	struct chain *chains[RANDOM_CHAINS];
	unsigned state;
};

static inline unsigned random_below(struct random_ruleset *r, unsigned n)
{
	r->state = r->state * 1103515245 + 12345;
	return (r->state >> 16) % n;
}

static inline struct cond random_cond(struct random_ruleset *r)
{
	unsigned first = random_below(r, VALUES);
	unsigned last = first + random_below(r, VALUES - first);

	return (struct cond){
		.kind = COND_RANGES,
		.field = random_fields[random_below(r, RANDOM_FIELDS)],
		.mask = ~(u128)0,
		.ranges = ranges_one(r->ruleset->arena, first,
				     last == VALUES - 1 ? ~(u128)0 : last),
		.inverted = random_below(r, 4) == 0
	};
}

/* Now and then a list, inverted or not. */
static inline void random_term(struct random_ruleset *r, struct build *b)
{
	struct cond c = random_cond(r);

	if (random_below(r, 6) == 0) {
		struct cond any = {
			.kind = random_below(r, 2) ? COND_ANY : COND_ALL,
			.inverted = random_below(r, 2),
			.count = 2,
			.list = arena_alloc(r->ruleset->arena, 2 * sizeof(c))
		};

		any.list[0] = c;
		any.list[1] = random_cond(r);
		c = any;
	}
	build_cond(b, &c);
}

static inline struct action random_action(struct random_ruleset *r,
					  unsigned chain)
{
	static const enum action_kind kinds[] = { ACTION_ACCEPT, ACTION_DROP,
						  ACTION_REJECT, ACTION_RETURN,
						  ACTION_RETURN, ACTION_ACCEPT,
						  ACTION_NONE,   ACTION_SET };

	unsigned pick = random_below(r, 11);
	struct action a = { .kind = pick < 8 ? kinds[pick] : ACTION_JUMP };

	if (a.kind == ACTION_SET) {
		a.field = FIELD_MARK;
		a.from = FIELD_COUNT;
		a.xor_mask = 1;
	}
	if (a.kind == ACTION_JUMP && chain + 1 < RANDOM_CHAINS) {
		if (random_below(r, 3) == 0)
			a.kind = ACTION_GOTO;
		a.chain = r->chains[chain + 1 +
				    random_below(r, RANDOM_CHAINS - chain - 1)];
		a.chain_name = a.chain->name;
	} else if (a.kind == ACTION_JUMP) {
		a.kind = ACTION_DROP;
	}

	return a;
}

static inline void random_rule(struct random_ruleset *r, unsigned chain)
{
	struct rule *rule = ruleset_rule(r->ruleset, r->chains[chain]);
	struct build b = { .ruleset = r->ruleset, .rule = rule };
	struct action a = random_action(r, chain);
	unsigned terms = random_below(r, 4);

	rule->text = "rule";
	for (unsigned i = 0; i < terms; i++)
		random_term(r, &b);
	build_action(&b, &a);
	(void)build_rule_done(&b);
}

static inline void random_open(struct random_ruleset *r, unsigned seed,
			       unsigned rules)
{
	static const char *const names[] = { "INPUT", "a", "b", "c" };
	struct table *t;

	r->state = seed;
	r->problems = problems_new();
	r->ruleset = ruleset_new(r->problems);
	t = ruleset_table(r->ruleset, ENGINE_LEGACY, TABLE_IP, "filter");
	for (unsigned c = 0; c < RANDOM_CHAINS; c++)
		r->chains[c] = ruleset_chain(r->ruleset, t, names[c]);
	(void)ruleset_builtin(r->chains[0]);
	for (unsigned c = 0; c < RANDOM_CHAINS; c++)
		for (unsigned i = 0; i < rules; i++)
			random_rule(r, c);
	(void)ruleset_link(r->ruleset);
}

static inline void random_close(struct random_ruleset *r)
{
	ruleset_free(r->ruleset);
	problems_free(r->problems);
}

enum { PACKETS = VALUES * VALUES * VALUES * VALUES };

static inline struct point random_packet(unsigned number)
{
	struct point p = { 0 };

	for (unsigned i = 0; i < RANDOM_FIELDS; i++, number /= VALUES)
		point_set(&p, random_fields[i], number % VALUES);
	point_set(&p, FIELD_MARK, 0);
	return p;
}
