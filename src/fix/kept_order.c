#include "fix/kept_order.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "fix/effect.h"
#include "fix/kept_file.h"
#include "fix/kept_parts.h"
#include "fix/rules_edit.h"
#include "ruleset/dump.h"
#include "ruleset/model.h"
#include "ruleset/owner.h"

/* Beyond that a file is written again, which people do. */
enum { MOVES = 24 };

uint64_t kept_order_key(const struct rule *r)
{
	struct text t = TEXT_NULL;
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (size_t i = 0; i < r->term_count; i++) {
		if (r->terms[i].is_action)
			dump_action(&t, r->terms[i].action);
		else
			dump_cond(&t, &r->terms[i].cond);
		text_char(&t, '\n');
	}
	for (size_t i = 0; i < t.len; i++)
		hash = (hash ^ (uint8_t)t.data[i]) * UINT64_C(0x100000001b3);
	text_done(&t);
	return hash;
}

int kept_order_after(struct fix_planning *p, const struct fix_candidate *c,
		     struct ruleset **ret)
{
	int err = image_in_force(p, ret);

	for (size_t i = 0; i < c->now_count && !err; i++)
		if (c->now[i].kind == CHANGE_RULES)
			err = rules_edit_apply(*ret, &c->now[i].rules);

	return err;
}

/* A chain of two sides: its rules in force, and which of the file's each is. */
struct pairing {
	const struct chain *live, *file;
	const struct rule **rules; /* live's, in order */
	const struct rule **pair;  /* the file's; NULL: none */
	const struct rule **filed;
	uint64_t *filed_keys;
	bool *is_taken;
	size_t count, filed_count;
};

static void *many(struct keeping *k, size_t count, size_t size)
{
	return arena_alloc(k->p->plan->arena, (count + 1) * size);
}

static void match(struct pairing *m, size_t i)
{
	uint64_t key = kept_order_key(m->rules[i]);

	for (size_t n = 0; n < m->filed_count; n++)
		if (!m->is_taken[n] && m->filed_keys[n] == key) {
			m->is_taken[n] = true;
			m->pair[i] = m->filed[n];
			return;
		}
}

static int pair_up(struct keeping *k, struct pairing *m)
{
	size_t i = 0;

	m->count = m->live->rule_count;
	m->filed_count = m->file->rule_count;
	m->rules = many(k, m->count, sizeof(*m->rules));
	m->pair = many(k, m->count, sizeof(*m->pair));
	m->filed = many(k, m->filed_count, sizeof(*m->filed));
	m->filed_keys = many(k, m->filed_count, sizeof(*m->filed_keys));
	m->is_taken = many(k, m->filed_count, sizeof(*m->is_taken));
	if (!m->rules || !m->pair || !m->filed || !m->filed_keys ||
	    !m->is_taken)
		return -ENOMEM;

	for (const struct rule *r = m->file->first; r; r = r->next, i++) {
		m->filed[i] = r;
		m->filed_keys[i] = kept_order_key(r);
	}
	i = 0;
	for (const struct rule *r = m->live->first; r; r = r->next, i++) {
		m->rules[i] = r;
		match(m, i);
	}

	return 0;
}

/* Marks a longest run of rules that stand in the right order: they stay. */
static int mark_staying(struct keeping *k, const struct pairing *m, bool *stays)
{
	size_t *length = many(k, m->count, sizeof(*length));
	size_t *before = many(k, m->count, sizeof(*before));
	size_t best = m->count;

	if (!length || !before)
		return -ENOMEM;
	for (size_t i = 0; i < m->count; i++) {
		before[i] = m->count;
		if (!m->pair[i])
			continue;
		length[i] = 1;
		for (size_t n = 0; n < i; n++)
			if (m->pair[n] && length[n] + 1 > length[i] &&
			    m->pair[n]->number < m->pair[i]->number) {
				length[i] = length[n] + 1;
				before[i] = n;
			}
		if (best == m->count || length[i] > length[best])
			best = i;
	}
	for (; best < m->count; best = before[best])
		stays[best] = true;
	return 0;
}

/* The one before it in force that the file has. */
static const struct rule *predecessor(const struct pairing *m, size_t i)
{
	while (i > 0)
		if (m->pair[--i])
			return m->pair[i];

	return NULL;
}

static const struct rule *successor(const struct pairing *m, size_t i,
				    const bool *stays)
{
	while (++i < m->count)
		if (m->pair[i] && (!stays || stays[i]))
			return m->pair[i];

	return NULL;
}

static bool was_there(const struct chain *old, const struct rule *r)
{
	uint64_t key = kept_order_key(r);

	for (const struct rule *x = old ? old->first : NULL; x; x = x->next)
		if (kept_order_key(x) == key)
			return true;

	return false;
}

/* A rule that is new in force. 1: there was one. */
static int put_new(struct keeping *k, const struct pairing *m,
		   const struct chain *old)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct rule *before = predecessor(m, i);
		const struct rule *at = before ? before : successor(m, i, NULL);
		int err;

		if (m->pair[i] || was_there(old, m->rules[i]))
			continue;
		err = kept_file_put(k, m->file, at, before != NULL,
				    rules_edit_words(m->rules[i]));
		return err ? err : 1;
	}

	return 0;
}

/* One rule that stands in another order. 1: there was one. */
static int move_one(struct keeping *k, const struct pairing *m)
{
	bool *stays = many(k, m->count, sizeof(*stays));
	int err = stays ? mark_staying(k, m, stays) : -ENOMEM;

	for (size_t i = 0; i < m->count && !err; i++) {
		const struct rule *before = predecessor(m, i);
		const struct rule *at =
			before ? before : successor(m, i, stays);

		if (!m->pair[i] || stays[i])
			continue;
		err = at ? kept_file_move(k, m->pair[i], at, before != NULL)
			 : -ENOENT;
		return err ? err : 1;
	}

	return err;
}

static const struct chain *chain_in(const struct ruleset *r,
				    const struct rules_change *c,
				    const char *name)
{
	const struct table *t =
		ruleset_find_table(r, c->engine, c->family, c->table);

	return t ? ruleset_find_chain(t, name) : NULL;
}

static int order_chain(struct keeping *k, const struct chain *live,
		       const struct chain *old)
{
	for (int i = 0; i < MOVES; i++) {
		struct pairing m = { .live = live };
		int err;

		m.file = live ? kept_file_chain(k->image, live) : NULL;
		if (!m.file)
			return -ENOENT;
		err = pair_up(k, &m);
		if (!err)
			err = put_new(k, &m, old);
		if (!err)
			err = move_one(k, &m);
		if (err <= 0)
			return err;
	}

	return -ENOENT;
}

int kept_order_apply(struct keeping *k, const struct ruleset *after)
{
	for (size_t i = 0; i < k->c->now_count; i++) {
		const struct rules_change *r = &k->c->now[i].rules;

		if (k->c->now[i].kind != CHANGE_RULES)
			continue;
		for (size_t n = 0; n < r->edit_count; n++) {
			const char *name = r->edits[n].chain;
			int err = order_chain(k, chain_in(after, r, name),
					      chain_in(k->p->ruleset, r, name));

			if (err)
				return err;
		}
	}

	return 0;
}

static bool has_key(const struct chain *c, uint64_t key)
{
	for (const struct rule *r = c->first; r; r = r->next)
		if (kept_order_key(r) == key)
			return true;

	return false;
}

/* What programs add when they start is in no file, and need not be. */
static void leave_out_programs(struct ruleset *r, const struct image *booted)
{
	for (struct table *t = r->first; t; t = t->next)
		for (struct chain *c = t->first; c; c = c->next) {
			const struct chain *file = kept_file_chain(booted, c);

			for (unsigned n = file ? c->rule_count : 0; n > 0;
			     n--) {
				const struct rule *x = c->first;

				while (x->number != n)
					x = x->next;
				if (owner_of_rule(x) &&
				    !has_key(file, kept_order_key(x)))
					ruleset_delete_rule(r, c, n);
			}
		}
}

static bool is_changed_table(const struct fix_candidate *c,
			     const struct chain *chain)
{
	for (size_t i = 0; chain && i < c->now_count; i++)
		if (c->now[i].kind == CHANGE_RULES &&
		    c->now[i].rules.family == chain->table->family &&
		    !strcmp(c->now[i].rules.table, chain->table->name))
			return true;

	return false;
}

int kept_order_same(struct fix_planning *p, const struct fix_candidate *c,
		    struct ruleset *after, const struct image *booted,
		    bool *ret)
{
	struct comparison all;
	int err;

	leave_out_programs(after, booted);
	err = compare_rulesets(after, booted->rules, p->plan->arena, &all);
	if (err)
		return err;
	*ret = all.is_complete;
	for (const struct change *x = all.first; x; x = x->next)
		if (is_changed_table(c, x->before.chain) ||
		    is_changed_table(c, x->after.chain))
			*ret = false;

	return 0;
}

int kept_order_no_wider(struct fix_planning *p, const struct fix_candidate *c,
			const struct image *before, const struct image *after,
			bool *ret)
{
	struct fix_planning of_boot = *p;
	struct fix_candidate *there =
		arena_alloc(p->plan->arena, sizeof(*there));
	int err;

	if (!there)
		return -ENOMEM;
	of_boot.ruleset = before->rules;
	of_boot.source = NULL;
	there->id = c->id;
	there->effect.as_written = c->effect.as_written;
	err = fix_effect_of(&of_boot, there, after->rules, NULL);
	*ret = !err &&
	       (there->effect.is_exact ||
		(c->effect.is_as_written && there->effect.is_as_written) ||
		(!c->effect.is_exact &&
		 there->effect.outside <= c->effect.outside));
	return err == -ENOMEM ? err : 0;
}
