#include "fix/effect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/problem.h"
#include "fix/effect_parts.h"
#include "fix/rules_edit.h"
#include "ruleset/space.h"

/* Chains that lead to an edited one, by their index in the ruleset before. */
struct reaching {
	bool *is_reaching;
};

static bool leads_to(const struct reaching *r, const struct action *a)
{
	if (a->chain && r->is_reaching[a->chain->index])
		return true;
	for (size_t i = 0; a->map && i < a->map->count; i++) {
		const struct action *by = a->map->elements[i].action;

		if (by && by->chain && r->is_reaching[by->chain->index])
			return true;
	}

	return false;
}

static bool chain_leads(const struct reaching *r, const struct chain *c)
{
	for (const struct rule *rule = c->first; rule; rule = rule->next)
		for (size_t i = 0; i < rule->term_count; i++)
			if (rule->terms[i].is_action &&
			    leads_to(r, rule->terms[i].action))
				return true;

	return false;
}

/* One more step back in the table; true when there was one. */
static bool step_back(struct reaching *r, const struct table *t)
{
	bool any = false;

	for (const struct chain *c = t->first; c; c = c->next)
		if (!r->is_reaching[c->index] && chain_leads(r, c))
			any = r->is_reaching[c->index] = true;

	return any;
}

static void find_reaching(struct reaching *r, const struct ruleset *rules,
			  const struct rules_change *c)
{
	const struct table *t =
		ruleset_find_table(rules, c->engine, c->family, c->table);

	for (size_t i = 0; t && i < c->edit_count; i++) {
		const struct chain *x =
			ruleset_find_chain(t, c->edits[i].chain);

		if (x)
			r->is_reaching[x->index] = true;
	}
	while (t && step_back(r, t))
		continue;
}

static bool is_wanted(void *context, const struct chain *before)
{
	const struct reaching *r = context;

	return r->is_reaching[before->index];
}

/* The sum of what changed. */
static bool is_as_written(const struct fix_effect *e)
{
	for (const struct change *c = e->comparison.first; c; c = c->next)
		if (c->outside > 0 &&
		    (c->after.kind != ACTION_ACCEPT || !c->after.rule ||
		     strcmp(rules_edit_words(c->after.rule), e->as_written) !=
			     0))
			return false;

	return e->comparison.is_complete;
}

static void sum_up(struct fix_effect *e)
{
	e->outside = 0;
	for (const struct change *c = e->comparison.first; c; c = c->next)
		e->outside += c->outside;
	e->is_exact = e->outside <= 0 && e->comparison.is_complete;
	e->is_as_written = e->as_written && is_as_written(e);
	e->is_known = true;
}

/* Packets that follow the first: of TCP, with these flags. */
static struct point follow_up(const struct point *first, unsigned flags)
{
	enum { TCP = 6 };

	struct point p = *first;

	if (point_has(&p, FIELD_PROTO) && p.value[FIELD_PROTO] == TCP)
		point_set(&p, FIELD_TCP_FLAGS, flags);
	if (point_has(&p, FIELD_CT_STATE) &&
	    p.value[FIELD_CT_STATE] == CT_NEW) {
		point_set(&p, FIELD_CT_STATE, CT_ESTABLISHED);
		point_set(&p, FIELD_CT_SEEN_REPLY, 1);
		point_set(&p, FIELD_CT_CONFIRMED, 1);
	}
	return p;
}

bool effect_gets_through(const struct walk_result *w)
{
	return !w->blocker_count && w->way.verdict.decision == WALK_ACCEPT &&
	       (!w->has_reply || w->reply.verdict.decision == WALK_ACCEPT);
}

int effect_walk(struct fix_planning *p, const struct ruleset *rules,
		struct walk_result **ret, struct walk_result **ret_next)
{
	enum { PSH = 8, ACK = 16 };

	static const unsigned following[] = { ACK, ACK | PSH };
	struct arena *a = p->plan->arena;
	const struct walk_question first = { p->packet, p->host };
	bool is_through = true;
	int err;

	*ret = arena_alloc(a, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	err = walk_packet(rules, &first, a, *ret);

	/* The handshake's end, then what both say: the first that is stopped. */
	for (size_t i = 0; i < 2 && !err && is_through; i++) {
		const struct walk_question next = {
			follow_up(&p->packet, following[i]), p->host
		};

		*ret_next = arena_alloc(a, sizeof(**ret_next));
		err = *ret_next ? walk_packet(rules, &next, a, *ret_next)
				: -ENOMEM;
		is_through = !err && effect_gets_through(*ret_next);
	}

	return err;
}

static int compute(struct fix_planning *p, struct fix_effect *e,
		   const struct ruleset *after, struct compare_scope *scope,
		   const struct walk_result **ret_left)
{
	struct walk_result *walked = NULL, *next = NULL;
	struct compare_asked asked[EFFECT_ASKED];
	bool has_conntrack =
		space_has_conntrack(p->ruleset) || space_has_conntrack(after);
	struct point refused;
	int is_whole = 1;
	int err = 0;

	if (p->has_packet)
		err = effect_walk(p, after, &walked, &next);
	if (!err)
		err = effect_asked(p, walked, has_conntrack, asked,
				   &scope->asked_count);
	scope->asked = asked;
	if (!err)
		err = compare_rulesets_within(p->ruleset, after, scope,
					      p->plan->arena, &e->comparison);
	scope->asked = NULL;
	if (err)
		return err;

	e->lets_through = walked && effect_gets_through(walked) &&
			  effect_gets_through(next);
	sum_up(e);
	if (e->lets_through)
		is_whole = effect_whole(p, after, &walked->way, &refused);
	if (is_whole < 0)
		return is_whole;
	if (walked)
		err = effect_keep_walk(p->plan->arena, walked);
	if (!err)
		err = effect_keep_changes(p->plan->arena, &e->comparison);
	if (ret_left)
		*ret_left = walked;
	return err ? err : effect_words(p, e, is_whole ? NULL : &refused);
}

/* Only what an edit can reach; where anything else is changed, all. */
static int compute_edits(struct fix_planning *p, struct fix_candidate *c,
			 const struct ruleset *after,
			 const struct walk_result **ret_left)
{
	struct reaching r = { calloc(p->ruleset->chain_count + 1,
				     sizeof(bool)) };
	struct compare_scope scope = { .context = &r, .is_quick = true };
	bool is_all = !c->now_count;
	int err = r.is_reaching ? 0 : -ENOMEM;

	for (size_t i = 0; i < c->now_count && !err; i++) {
		is_all |= c->now[i].kind != CHANGE_RULES;
		if (!is_all)
			find_reaching(&r, p->ruleset, &c->now[i].rules);
	}
	if (!is_all)
		scope.wants = is_wanted;
	if (!err)
		err = compute(p, &c->effect, after, &scope, ret_left);
	free(r.is_reaching);
	return err;
}

static int apply_all(struct ruleset *after, const struct fix_candidate *c)
{
	int err = 0;

	for (size_t i = 0; i < c->now_count && !err; i++)
		if (c->now[i].kind == CHANGE_RULES)
			err = rules_edit_apply(after, &c->now[i].rules);

	return err;
}

int fix_effect_compute(struct fix_planning *p, struct fix_candidate *c,
		       const struct walk_result **ret_left)
{
	struct problems *problems;
	struct ruleset *after = NULL;
	int err;

	if (!p->ruleset || !p->source)
		return -ENOENT;

	problems = problems_new();
	err = problems ? fix_rules_read(p->source, problems, &after) : -ENOMEM;
	if (!err)
		err = apply_all(after, c);
	if (!err)
		err = compute_edits(p, c, after, ret_left);
	ruleset_free(after);
	problems_free(problems);
	return err;
}

int fix_effect_of(struct fix_planning *p, struct fix_candidate *c,
		  const struct ruleset *after,
		  const struct walk_result **ret_left)
{
	return p->ruleset ? compute_edits(p, c, after, ret_left) : -ENOENT;
}
