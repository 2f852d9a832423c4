#include "ruleset/compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "ruleset/compare_parts.h"
#include "ruleset/diagram.h"

/* What is compared, and how far that is. */
struct comparing {
	const struct ruleset *of[2];
	const struct compare_scope *scope;
	bool has_conntrack;
	struct arena *arena;
	struct comparison *ret;
	bool *is_taken;               /* of the chains after, by their index */
	const struct chain **partner; /* of those before */
};

/* Fates that are the same have one number: that of the first such entry. */
struct fates {
	struct compare_pair *pair;
	struct numbers seen[2];
};

static uint32_t number_fate(void *context, const struct program *p,
			    size_t entry)
{
	struct fates *f = context;
	unsigned own = p == &f->pair->of[1];

	for (unsigned side = 0; side < 2; side++)
		for (size_t i = 0; i < f->seen[side].count; i++)
			if (program_same_fate(&f->pair->of[side],
					      f->seen[side].at[i], p, entry))
				return f->seen[side].at[i] * 2 + side;

	/* Without memory, fates that are one look like two: nothing is proven. */
	(void)overlap_add(&f->seen[own], (uint32_t)entry);
	return (uint32_t)entry * 2 + own;
}

/* The search gave up: are the diagrams one? 1 when that proves equality. */
static int prove_equal(struct compare_pair *p)
{
	struct fates f = { .pair = p };
	const struct diagram_fates fates = { number_fate, &f, true };
	struct diagram *d = diagram_new(p->space, DIAGRAM_NODES);
	uint32_t root[2] = { 0, 0 };
	int err = d ? 0 : -ENOMEM;

	for (unsigned side = 0; side < 2 && !err; side++)
		err = diagram_add(d, &p->of[side], &fates, &root[side]);
	overlap_done(&f.seen[0]);
	overlap_done(&f.seen[1]);
	diagram_free(d);
	return err < 0 ? err : !err && root[0] == root[1];
}

/* Marks and what is not known are no part of a diagram. */
static bool has_more(const struct compare_pair *p)
{
	for (unsigned side = 0; side < 2; side++)
		for (size_t i = 0; i < p->of[side].count; i++) {
			const struct entry *e = &p->of[side].entries[i];

			if (e->is_uncertain ||
			    (e->kind == ENTRY_PASSES && compare_matters(e)))
				return true;
		}

	return false;
}

static int search_pair(struct compare_pair *p)
{
	bool was_complete = p->ret->is_complete;
	size_t count = p->ret->count;
	int err;

	p->ret->is_complete = true;
	err = compare_search(p);
	if (p->of[0].is_cut || p->of[1].is_cut)
		p->ret->is_complete = false;
	else if (!err && !p->ret->is_complete && p->ret->count == count &&
		 !p->is_quick && !has_more(p))
		err = prove_equal(p);
	if (err > 0)
		p->ret->is_complete = true;
	p->ret->is_complete = p->ret->is_complete && was_complete;
	return err < 0 ? err : 0;
}

static int compare_chains(struct comparing *c, const struct chain *before,
			  const struct chain *after, enum table_family family)
{
	struct compare_pair p = { .arena = c->arena,
				  .ret = c->ret,
				  .base = { before, after },
				  .is_quick = c->scope->is_quick };
	int err = -ENOMEM;

	p.scratch = arena_new();
	if (p.scratch)
		p.space = space_new(p.scratch, family, before ? before : after,
				    c->has_conntrack);
	if (p.space) {
		p.space->has_doubts = true;
		err = compare_asked_begin(&p, c->scope);
	}
	if (!err)
		err = program_init(&p.of[0], p.space, before);
	if (!err)
		err = program_init(&p.of[1], p.space, after);
	if (!err)
		err = compare_align(&p);
	if (!err)
		err = search_pair(&p);
	if (!err) {
		c->ret->chains++;
		c->ret->coarse += p.space->coarse_count;
	}

	free(p.is_common[0]);
	free(p.is_common[1]);
	program_done(&p.of[0]);
	program_done(&p.of[1]);
	arena_free(p.scratch);
	return err;
}

/* Chains that begin with the same rules find each other first: iptables keeps
 * two sets of tables of the same names, and a file does not say whose it is. */
static void find_partners(struct comparing *c, enum table_family family,
			  bool by_rules)
{
	const struct compare_among among = { c->of[1], c->is_taken, family,
					     by_rules };

	for (const struct table *t = c->of[0]->first; t; t = t->next)
		for (const struct chain *x = t->first;
		     x && compare_meets(t, family); x = x->next) {
			const struct chain *y = NULL;

			if (x->hook != HOOK_NONE && !c->partner[x->index])
				y = compare_partner(&among, x);
			if (!y)
				continue;
			c->partner[x->index] = y;
			c->is_taken[y->index] = true;
		}
}

static bool is_wanted(const struct comparing *c, const struct chain *before)
{
	return !c->scope->wants || c->scope->wants(c->scope->context, before);
}

static int compare_before(struct comparing *c, const struct table *t,
			  enum table_family family)
{
	int err = 0;

	for (const struct chain *x = t->first; x && !err; x = x->next)
		if (x->hook != HOOK_NONE && is_wanted(c, x))
			err = compare_chains(c, x, c->partner[x->index],
					     family);

	return err;
}

static int compare_after(struct comparing *c, const struct table *t,
			 enum table_family family)
{
	int err = 0;

	for (const struct chain *y = t->first; y && !err; y = y->next)
		if (y->hook != HOOK_NONE && !c->is_taken[y->index])
			err = compare_chains(c, NULL, y, family);

	return err;
}

static int compare_family(struct comparing *c, enum table_family family)
{
	int err = 0;

	memset(c->partner, 0, c->of[0]->chain_count * sizeof(struct chain *));
	for (size_t i = 0; i < c->of[1]->chain_count; i++)
		c->is_taken[i] = false;
	find_partners(c, family, true);
	find_partners(c, family, false);
	for (const struct table *t = c->of[0]->first; t && !err; t = t->next)
		if (compare_meets(t, family))
			err = compare_before(c, t, family);
	for (const struct table *t = c->of[1]->first; t && !err; t = t->next)
		if (compare_meets(t, family))
			err = compare_after(c, t, family);

	return err;
}

int compare_rulesets(const struct ruleset *before, const struct ruleset *after,
		     struct arena *a, struct comparison *ret)
{
	static const struct compare_scope all;

	return compare_rulesets_within(before, after, &all, a, ret);
}

int compare_rulesets_within(const struct ruleset *before,
			    const struct ruleset *after,
			    const struct compare_scope *scope, struct arena *a,
			    struct comparison *ret)
{
	struct comparing c = {
		.of = { before, after }, .scope = scope, .arena = a, .ret = ret
	};
	int err;

	*ret = (struct comparison){ .is_complete = true,
				    .rules = before->rule_count +
					     after->rule_count };
	c.has_conntrack =
		space_has_conntrack(before) || space_has_conntrack(after);
	c.is_taken = calloc(after->chain_count + 1, sizeof(bool));
	c.partner = calloc(before->chain_count + 1, sizeof(struct chain *));
	err = c.is_taken && c.partner ? compare_family(&c, TABLE_IP) : -ENOMEM;
	if (!err)
		err = compare_family(&c, TABLE_IP6);
	free(c.is_taken);
	free(c.partner);
	return err;
}
