#include "ruleset/linear.h"

#include "base/text.h"
#include "ruleset/box.h"

enum {
	DEPTH = 64,
	/* nft's maps may jump on and on; a packet meets few rules */
	STEPS = 10 * 1000 * 1000
};

/* How a list of rules is left. */
enum way { WAY_FALLS, WAY_ENDS, WAY_RETURNS };

struct walk {
	struct point packet;
	const struct supposed *supposed;
	const struct rule *sought; /* set to NULL once it is met */
	bool is_met;
	struct linear_fate fate;
	unsigned depth;
	unsigned long steps;
};

static enum way walk_chain(struct walk *w, const struct chain *c);

/* Whether the rule is the one to be reached, or leads there. */
static bool is_on_the_way(const struct supposed *s, const struct rule *rule)
{
	const struct program *p = s->program;
	const struct entry *e = &p->entries[s->entry];

	if (e->rule == rule)
		return true;

	for (uint32_t call = e->call; p->calls[call].by;
	     call = p->calls[call].parent)
		if (p->calls[call].by == rule)
			return true;

	return false;
}

static bool suppose(const struct walk *w, const struct cond *c,
		    const struct rule *rule)
{
	const struct supposed *s = w->supposed;
	const struct space *space = s->program->space;
	bool inverted = c->inverted;

	for (unsigned i = FIELD_COUNT; s->spot && i < space->dim_count; i++) {
		const struct dim *d = &space->dims[i];

		if (d->field == FIELD_COUNT && c->kind == COND_VARIABLE &&
		    d->doubt == c->variable->doubt &&
		    text_same(d->text, c->variable->text) &&
		    (!d->of || text_same(d->of, rule->text)))
			return s->spot->value[i] != inverted;
	}

	return is_on_the_way(s, rule);
}

static bool holds(struct walk *w, const struct cond *c,
		  const struct rule *rule);

static bool holds_list(struct walk *w, const struct cond *c,
		       const struct rule *rule)
{
	for (size_t i = 0; i < c->count; i++)
		if (holds(w, &c->list[i], rule) == (c->kind == COND_ANY))
			return c->kind == COND_ANY;

	return c->kind == COND_ALL;
}

static bool holds(struct walk *w, const struct cond *c, const struct rule *rule)
{
	enum answer a;

	if (c->kind == COND_ALL || c->kind == COND_ANY)
		return holds_list(w, c, rule) != c->inverted;

	a = cond_eval(c, &w->packet, NULL);

	return a == ANSWER_UNKNOWN ? suppose(w, c, rule) : a == ANSWER_YES;
}

static void change(struct walk *w, const struct action *a)
{
	u128 from = 0;

	if (a->field >= FIELD_COUNT || a->map)
		return;
	if (a->from < FIELD_COUNT && point_has(&w->packet, a->from))
		from = w->packet.value[a->from];

	point_set(&w->packet, a->field,
		  action_value(a, w->packet.value[a->field], from));
}

static enum way call(struct walk *w, const struct action *a)
{
	enum way way = WAY_FALLS;

	if (a->chain && w->depth < DEPTH) {
		w->depth++;
		way = walk_chain(w, a->chain);
		w->depth--;
	}
	if (way == WAY_ENDS)
		return way;

	return a->kind == ACTION_GOTO ? WAY_RETURNS : WAY_FALLS;
}

static enum way act(struct walk *w, const struct rule *rule,
		    const struct action *a)
{
	const struct element *found = NULL;

	switch (a->kind) {
	case ACTION_NONE:
	case ACTION_CONTINUE:
	case ACTION_UNKNOWN:
	case ACTION_KIND_COUNT:
		return WAY_FALLS;
	case ACTION_RETURN:
		return WAY_RETURNS;
	case ACTION_JUMP:
	case ACTION_GOTO:
		return call(w, a);
	case ACTION_SET:
		change(w, a);
		return WAY_FALLS;
	case ACTION_NOTRACK:
		point_set(&w->packet, FIELD_CT_STATE, CT_UNTRACKED);
		return WAY_FALLS;
	case ACTION_VERDICT_MAP:
		if (!a->map || cond_lookup(a->map, a->key, &w->packet,
					   &found) != ANSWER_YES)
			return WAY_FALLS;
		return found->action ? act(w, rule, found->action) : WAY_FALLS;
	case ACTION_NAT:
		if (a->nat == NAT_TPROXY ||
		    (a->map && cond_lookup(a->map, a->key, &w->packet,
					   &found) != ANSWER_YES))
			return WAY_FALLS;
		break;
	case ACTION_ACCEPT:
	case ACTION_DROP:
	case ACTION_REJECT:
	case ACTION_QUEUE:
	case ACTION_STEAL:
		break;
	}

	w->fate = (struct linear_fate){ rule, a, a->kind };
	return WAY_ENDS;
}

static enum way walk_rule(struct walk *w, const struct rule *rule)
{
	for (size_t i = 0; i < rule->term_count; i++) {
		const struct term *t = &rule->terms[i];
		enum way way;

		if (!t->is_action) {
			if (!holds(w, &t->cond, rule))
				return WAY_FALLS;
			continue;
		}
		w->is_met = w->is_met || rule == w->sought;
		way = act(w, rule, t->action);
		if (way != WAY_FALLS || t->action->kind == ACTION_CONTINUE)
			return way;
	}

	w->is_met = w->is_met || rule == w->sought;
	return WAY_FALLS;
}

static enum way walk_chain(struct walk *w, const struct chain *c)
{
	for (const struct rule *rule = c->first; rule; rule = rule->next) {
		enum way way = walk_rule(w, rule);

		if (way != WAY_FALLS || ++w->steps > STEPS)
			return way;
	}

	return WAY_FALLS;
}

static void walk(struct walk *w, const struct chain *base)
{
	w->fate.kind = ACTION_ACCEPT;
	if (base && base->policy != ACTION_NONE)
		w->fate.kind = base->policy;
	if (base)
		(void)walk_chain(w, base);
}

struct linear_fate linear_decide(const struct chain *base,
				 const struct point *packet,
				 const struct supposed *s)
{
	struct walk w = { .packet = *packet, .supposed = s };

	walk(&w, base);
	return w.fate;
}

bool linear_reaches(const struct point *packet, const struct supposed *s)
{
	struct walk w = { .packet = *packet, .supposed = s };

	w.sought = s->program->entries[s->entry].rule;
	walk(&w, s->program->base);
	return w.is_met;
}
