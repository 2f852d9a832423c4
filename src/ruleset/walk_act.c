/*
 * What the actions of a rule do to the packet, one at a time.
 */
#include "ruleset/ranges.h"
#include "ruleset/walk_state.h"

void walk_act_change(struct walk *w, const struct rule *rule, enum field f,
		     u128 value, bool is_known)
{
	struct walk_change c = { .hook = w->hook,
				 .rule = rule,
				 .field = f,
				 .before = w->packet->value[f],
				 .after = value,
				 .is_known = is_known };

	if (is_known)
		point_set(w->packet, f, value & field_last(f));
	else
		point_forget(w->packet, f);
	if (w->story)
		walk_story_change(w, &c);
}

/* The element that a map has for the packet; NULL with ANSWER_NO, or with
 * ANSWER_UNKNOWN. */
static enum answer look_up(const struct walk *w, const struct action *a,
			   const struct element **ret_found)
{
	*ret_found = NULL;
	if (!a->map)
		return ANSWER_UNKNOWN;

	return cond_lookup(a->map, a->key, w->packet, ret_found);
}

enum walk_flow walk_act_unknown(struct walk *w, const struct rule *rule,
				const struct action *a)
{
	enum action_kind kind = ACTION_UNKNOWN;

	if (w->guess)
		kind = w->guess->choose(w->guess->oracle.context, a);
	if (kind == ACTION_ACCEPT)
		return FLOW_ACCEPT;
	if (kind == ACTION_CONTINUE)
		return FLOW_NEXT;
	if (kind != ACTION_DROP)
		return walk_chain_doubt(w, rule, NULL, a);

	w->verdict = (struct walk_verdict){ .decision = WALK_DROP,
					    .chain = rule->chain,
					    .rule = rule,
					    .action = a };
	return FLOW_STOP;
}

/* A map without an element for the packet ends the rule (NFT_BREAK). */
static enum walk_flow act_map(struct walk *w, const struct rule *rule,
			      const struct action *a)
{
	const struct element *e;
	enum answer found = look_up(w, a, &e);

	if (found == ANSWER_NO)
		return FLOW_NEXT;
	if (found == ANSWER_UNKNOWN || !e || !e->action ||
	    e->action->kind == ACTION_VERDICT_MAP)
		return walk_act_unknown(w, rule, a);

	return walk_act(w, rule, e->action);
}

static enum walk_flow set_from_map(struct walk *w, const struct rule *rule,
				   const struct action *a)
{
	const struct element *e;
	enum answer found = look_up(w, a, &e);
	bool is_known = found == ANSWER_YES && e && e->data &&
			e->data->count == 1 &&
			e->data->range[0].first == e->data->range[0].last;

	if (found == ANSWER_NO)
		return FLOW_NEXT;

	walk_act_change(w, rule, a->field,
			is_known ? e->data->range[0].first : 0, is_known);
	return FLOW_TERM;
}

static bool is_of_connection(enum field f)
{
	return f >= FIELD_CT_STATE && f <= FIELD_CT_MARK;
}

static bool has_no_connection(const struct point *p)
{
	u128 state = p->value[FIELD_CT_STATE];

	return point_has(p, FIELD_CT_STATE) &&
	       (state == CT_INVALID || state == CT_UNTRACKED);
}

/* Where there is no connection, nothing of it is set or taken; to take it ends
 * nft's rule (xt_connmark.c, nft_ct.c: nft_ct_get_eval()). */
static enum walk_flow act_set(struct walk *w, const struct rule *rule,
			      const struct action *a)
{
	const struct point *p = w->packet;
	u128 value, other = 0;
	bool is_known = !a->and_mask || point_has(p, a->field);

	if (a->map)
		return set_from_map(w, rule, a);
	if (has_no_connection(p) && is_of_connection(a->from))
		return rule->chain->table->engine == ENGINE_NFT ? FLOW_NEXT
								: FLOW_TERM;
	if (has_no_connection(p) && is_of_connection(a->field))
		return FLOW_TERM;

	if (a->from != FIELD_COUNT) {
		other = p->value[a->from];
		is_known = is_known && point_has(p, a->from);
	}
	value = action_value(a, p->value[a->field], other);
	walk_act_change(w, rule, a->field, value, is_known && !a->random);
	return FLOW_TERM;
}

/* Only what has no connection yet, or none at all, can be left out
 * (xt_CT.c, nft_ct.c: nft_notrack_eval). */
static enum walk_flow act_notrack(struct walk *w, const struct rule *rule)
{
	if (point_has(w->packet, FIELD_CT_STATE) &&
	    w->packet->value[FIELD_CT_STATE] == CT_INVALID)
		walk_act_change(w, rule, FIELD_CT_STATE, CT_UNTRACKED, true);

	return FLOW_TERM;
}

static enum walk_flow act_jump(struct walk *w, const struct rule *rule,
			       const struct action *a, enum walk_flow flow)
{
	if (!a->chain)
		return walk_act_unknown(w, rule, a);

	w->target = a->chain;
	return flow;
}

static enum walk_flow act_stop(struct walk *w, const struct rule *rule,
			       const struct action *a)
{
	w->verdict = (struct walk_verdict){ .decision = WALK_DROP,
					    .chain = rule->chain,
					    .rule = rule,
					    .action = a };
	if (a->kind == ACTION_REJECT)
		walk_reject_answer(w->packet, a, &w->verdict);
	return FLOW_STOP;
}

enum walk_flow walk_act(struct walk *w, const struct rule *rule,
			const struct action *a)
{
	switch (a->kind) {
	case ACTION_NONE:
		return FLOW_TERM;
	case ACTION_CONTINUE:
		return FLOW_NEXT;
	case ACTION_ACCEPT:
	case ACTION_STEAL:
		return FLOW_ACCEPT;
	case ACTION_DROP:
	case ACTION_REJECT:
		return act_stop(w, rule, a);
	case ACTION_RETURN:
		return FLOW_RETURN;
	case ACTION_JUMP:
		return act_jump(w, rule, a, FLOW_JUMP);
	case ACTION_GOTO:
		return act_jump(w, rule, a, FLOW_GOTO);
	case ACTION_SET:
		return act_set(w, rule, a);
	case ACTION_NAT:
		return walk_nat_act(w, rule, a);
	case ACTION_NOTRACK:
		return act_notrack(w, rule);
	case ACTION_VERDICT_MAP:
		return act_map(w, rule, a);
	case ACTION_QUEUE:
	case ACTION_UNKNOWN:
	case ACTION_KIND_COUNT:
		break;
	}

	return walk_act_unknown(w, rule, a);
}
