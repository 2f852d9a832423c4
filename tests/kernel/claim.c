#include "claim.h"

#include "ruleset/packet_words.h"

/* A chain calls at most so deep; more is not looked at. */
enum { DEPTH = 24 };

static bool leads_to(const struct action *a, const struct chain *c)
{
	if (a->chain == c)
		return true;
	for (size_t i = 0;
	     a->kind == ACTION_VERDICT_MAP && a->map && i < a->map->count; i++)
		if (a->map->elements[i].action &&
		    a->map->elements[i].action->chain == c)
			return true;
	return false;
}

static bool calls(const struct chain *from, const struct chain *to)
{
	for (const struct rule *l = from->first; l; l = l->next)
		for (size_t i = 0; i < l->term_count; i++)
			if (l->terms[i].is_action &&
			    leads_to(l->terms[i].action, to))
				return true;
	return false;
}

static void add_bases(const struct chain *c, unsigned depth, unsigned *count,
		      const struct chain *ret[CLAIM_BASES])
{
	for (unsigned i = 0; i < *count; i++)
		if (ret[i] == c)
			return;
	if (c->hook != HOOK_NONE && *count < CLAIM_BASES)
		ret[(*count)++] = c;
	if (c->hook != HOOK_NONE || depth == DEPTH)
		return;
	for (const struct chain *from = c->table->first; from;
	     from = from->next)
		if (calls(from, c))
			add_bases(from, depth + 1, count, ret);
}

unsigned claim_bases(const struct ruleset *r, const struct finding *f,
		     const struct chain *ret[CLAIM_BASES])
{
	unsigned count = 0;

	(void)r;
	if (f->chain)
		add_bases(f->chain, 0, &count, ret);
	return count;
}

/* What happened within the chain. */
struct watch {
	const struct finding *finding;
	const struct chain *base, *at;
	const struct point *witness, *packet;
	uint64_t fields;
	bool has_come, is_other, has_hit, has_cause;
	enum field field; /* that differs */
};

static bool is_other(const struct point *wanted, const struct point *p,
		     enum field f)
{
	return point_has(wanted, f) &&
	       packet_words_has(wanted->value[FIELD_PROTO], f) &&
	       (!point_has(p, f) || p->value[f] != wanted->value[f]);
}

static void see_chain(void *context, const struct chain *c)
{
	struct watch *w = context;
	const struct point *wanted = w->witness;

	w->at = c;
	if (c != w->base)
		return;
	w->has_come = true;
	for (unsigned f = 0; f < FIELD_COUNT && !w->is_other; f++)
		if (w->fields & FIELD_BIT(f) &&
		    is_other(wanted, w->packet, (enum field)f)) {
			w->is_other = true;
			w->field = (enum field)f;
		}
}

static void see_rule(void *context, const struct rule *rule)
{
	struct watch *w = context;
	const struct finding *f = w->finding;

	if (w->at != w->base)
		return;
	w->has_hit |= rule == f->rule;
	for (size_t i = 0; i < f->by_count; i++)
		w->has_cause |= rule == f->by[i];
}

static void see_policy(void *context, const struct chain *c)
{
	struct watch *w = context;

	if (c == w->base && w->finding->by_policy)
		w->has_cause = true;
}

static bool is_closed(const struct walk_verdict *v)
{
	return v->decision == WALK_DROP || v->decision == WALK_REJECT;
}

static bool holds(const struct watch *w, const struct walk_verdict *v)
{
	const struct finding *f = w->finding;

	switch (f->kind) {
	case FINDING_CONTRADICTED:
	case FINDING_NEAR_MISS:
		return !w->has_hit && w->has_cause && is_closed(v) &&
		       w->at == w->base;
	case FINDING_SHADOWED:
	case FINDING_SHADOWED_BY_UNION:
		return !w->has_hit && w->has_cause;
	case FINDING_REDUNDANT:
		return w->has_hit;
	case FINDING_UNREACHABLE:
	case FINDING_FAMILIES_DIFFER:
	case FINDING_BOTH_ENGINES:
	case FINDING_SET_NOT_GIVEN:
	case FINDING_NEVER_MATCHED:
	case FINDING_KIND_COUNT:
		break;
	}
	return true;
}

enum claim claim_check(const struct predictor *p, const struct finding *f,
		       const struct point *witness, const struct chain *base,
		       const struct shot *s, uint64_t fields,
		       enum field *ret_field)
{
	struct point packet = s->packet;
	struct watch w = { .finding = f,
			   .witness = witness,
			   .base = base,
			   .packet = &packet,
			   .fields = fields,
			   .field = FIELD_COUNT };
	struct walk_visitor v = { .chain = see_chain,
				  .rule = see_rule,
				  .policy = see_policy,
				  .context = &w };
	struct walk_verdict verdict = walk_fast(p->plan, &p->host, &packet, &v);

	*ret_field = w.field;
	if (!w.has_come || w.is_other)
		return CLAIM_AWAY;
	if (f->is_unsure)
		return CLAIM_HOLDS;
	return holds(&w, &verdict) ? CLAIM_HOLDS : CLAIM_FALSE;
}
