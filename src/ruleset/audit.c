#include "ruleset/audit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "ruleset/audit_parts.h"
#include "ruleset/box.h"

const char *const finding_names[FINDING_KIND_COUNT] = {
	[FINDING_CONTRADICTED] = "contradicted",
	[FINDING_SHADOWED] = "shadowed",
	[FINDING_SHADOWED_BY_UNION] = "shadowed-by-union",
	[FINDING_REDUNDANT] = "redundant",
	[FINDING_UNREACHABLE] = "unreachable",
	[FINDING_NEAR_MISS] = "near-miss",
	[FINDING_FAMILIES_DIFFER] = "families-differ",
	[FINDING_BOTH_ENGINES] = "both-engines",
	[FINDING_SET_NOT_GIVEN] = "set-not-given",
	[FINDING_NEVER_MATCHED] = "never-matched",
};

/* What a witness tells even where no rule asks for it. */
static const uint64_t told_fields =
	FIELD_BIT(FIELD_FAMILY) | FIELD_BIT(FIELD_IIF) | FIELD_BIT(FIELD_OIF) |
	FIELD_BIT(FIELD_SADDR) | FIELD_BIT(FIELD_DADDR) |
	FIELD_BIT(FIELD_PROTO) | FIELD_BIT(FIELD_SPORT) |
	FIELD_BIT(FIELD_DPORT) | FIELD_BIT(FIELD_TCP_FLAGS) |
	FIELD_BIT(FIELD_ICMP_TYPE) | FIELD_BIT(FIELD_CT_STATE);

struct audit_rule *audit_rule_of(const struct audit_state *s,
				 const struct rule *rule)
{
	return &s->rules[s->first_rule[rule->chain->index] + rule->number - 1];
}

struct finding *audit_new(struct audit_state *s, enum finding_kind kind,
			  const struct rule *rule)
{
	struct finding *f = arena_alloc(s->arena, sizeof(*f));

	if (!f)
		return NULL;

	f->kind = kind;
	f->rule = rule;
	f->chain = rule ? rule->chain : NULL;
	return f;
}

int audit_add_cause(struct audit_state *s, struct finding *f,
		    const struct rule *rule)
{
	const struct rule **by;

	f->by_policy = f->by_policy || !rule;
	for (size_t i = 0; i < f->by_count; i++)
		if (f->by[i] == rule)
			return 0;
	if (!rule)
		return 0;

	by = f->by;
	if (!(f->by_count & (f->by_count - 1))) { /* full at 0, 1, 2, 4, … */
		by = arena_alloc(s->arena, (2 * f->by_count + 1) * sizeof(*by));
		if (!by)
			return -ENOMEM;
		if (f->by_count)
			memcpy(by, f->by, f->by_count * sizeof(*by));
	}
	by[f->by_count++] = rule;
	f->by = by;
	return 0;
}

static const struct finding_packet *pack(struct arena *a, const struct point *p)
{
	struct finding_packet *packed;
	unsigned count = 0;

	for (unsigned f = 0; f < FIELD_COUNT; f++)
		count += point_has(p, (enum field)f) && p->value[f];
	packed = arena_alloc(a, sizeof(*packed) + count * sizeof(u128));
	if (!packed)
		return NULL;

	packed->known = p->known;
	count = 0;
	for (unsigned f = 0; f < FIELD_COUNT; f++)
		if (point_has(p, (enum field)f) && p->value[f]) {
			packed->given |= FIELD_BIT(f);
			packed->value[count++] = p->value[f];
		}

	return packed;
}

void audit_witness(const struct finding *f, struct point *ret)
{
	const struct finding_packet *packed = f->witness;
	unsigned next = 0;

	*ret = (struct point){ .known = packed ? packed->known : 0 };
	for (unsigned i = 0; packed && i < FIELD_COUNT; i++)
		if (packed->given & FIELD_BIT(i))
			ret->value[i] = packed->value[next++];
}

int audit_set_witness(struct audit_state *s, struct finding *f,
		      const struct space *space, const struct spot *spot)
{
	struct point p;

	box_point(space, spot, &p);
	p.known &= told_fields | space->used;
	if (!p.value[FIELD_FRAGMENT])
		point_forget(&p, FIELD_FRAGMENT);
	f->witness = pack(s->arena, &p);
	return f->witness ? 0 : -ENOMEM;
}

int audit_tell(struct audit_state *s, struct finding *f)
{
	struct audit *a = s->audit;

	f->text = audit_words(s->arena, f);
	if (!f->text)
		return -ENOMEM;

	if (f->rule)
		audit_rule_of(s, f->rule)->is_told = true;
	if (a->last)
		a->last->next = f;
	else
		a->first = f;
	a->last = f;
	a->count++;
	return 0;
}

static int audit_chain(struct audit_state *s, const struct chain *base,
		       enum table_family family)
{
	struct arena *a = arena_new();
	struct space *space =
		a ? space_new(a, family, base, s->has_conntrack) : NULL;
	struct program p = { 0 };
	int err = space ? program_init(&p, space, base) : -ENOMEM;

	if (!err)
		err = audit_dead_program(s, &p);
	if (!err)
		err = audit_near_program(s, &p);
	if (!err) {
		s->audit->coarse += space->coarse_count;
		s->audit->is_cut = s->audit->is_cut || p.is_cut;
	}
	program_done(&p);
	arena_free(a);
	return err;
}

/* Frames of other protocols meet the rules of bridges, too: nothing can be
 * proven of them by packets of IP. */
static int audit_table(struct audit_state *s, const struct table *t)
{
	int err = 0;

	for (const struct chain *c = t->first; c && !err; c = c->next) {
		if (c->hook == HOOK_NONE || !c->rule_count)
			continue;
		if (t->family == TABLE_IP || t->family == TABLE_INET)
			err = audit_chain(s, c, TABLE_IP);
		if (!err && (t->family == TABLE_IP6 || t->family == TABLE_INET))
			err = audit_chain(s, c, TABLE_IP6);
	}

	return err;
}

static int number_rules(struct audit_state *s)
{
	const struct ruleset *r = s->ruleset;
	size_t next = 0;

	s->first_rule = calloc(r->chain_count + 1, sizeof(*s->first_rule));
	s->rules = calloc(r->rule_count + 1, sizeof(*s->rules));
	if (!s->first_rule || !s->rules)
		return -ENOMEM;

	for (const struct table *t = r->first; t; t = t->next)
		for (const struct chain *c = t->first; c; c = c->next) {
			s->first_rule[c->index] = next;
			for (const struct rule *rule = c->first; rule;
			     rule = rule->next)
				s->rules[next++].rule = rule;
		}

	s->rule_count = next;
	return 0;
}

int audit_ruleset(const struct ruleset *r, struct arena *a, struct audit *ret)
{
	struct audit_state s = { .ruleset = r, .arena = a, .audit = ret };
	int err;

	*ret = (struct audit){ 0 };
	s.has_conntrack = space_has_conntrack(r);
	err = number_rules(&s);
	for (const struct table *t = r->first; t && !err; t = t->next)
		if (!t->is_dormant)
			err = audit_table(&s, t);
	if (!err)
		err = audit_dead_tell(&s);
	if (!err)
		err = audit_families(&s);
	if (!err)
		err = audit_chains(&s);

	free(s.first_rule);
	free(s.rules);
	return err;
}
