#include "cli/rule_devices.h"

#include <string.h>

#include "net/address.h"
#include "ruleset/ranges.h"

static const char loopback[] = "lo";

static void add(struct rule_devices *d, u128 name)
{
	if (!name || name == field_from_name(loopback, strlen(loopback)) ||
	    d->count == RULE_DEVICES)
		return;

	for (size_t i = 0; i < d->count; i++)
		if (d->name[i] == name)
			return;

	d->name[d->count++] = name;
}

static size_t parts_of(const struct cond *c)
{
	return c->kind == COND_ALL || c->kind == COND_ANY ? c->count : 0;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as a rule's conditions are nested
static void add_named(struct rule_devices *d, const struct cond *c)
{
	for (size_t i = 0; i < parts_of(c); i++)
		add_named(d, &c->list[i]);
	if (c->kind == COND_RANGES && c->field == FIELD_IIF && c->ranges)
		for (size_t i = 0; i < c->ranges->count; i++)
			add(d, c->ranges->range[i].first);
	if (c->kind != COND_LOOKUP || !c->set)
		return;

	for (int k = 0; k < SET_PARTS; k++)
		if (c->key[k] == FIELD_IIF)
			for (size_t i = 0; i < c->set->count; i++)
				add(d, c->set->elements[i].part[k].first);
}

void rule_devices_find(const struct ruleset *r, struct rule_devices *ret)
{
	static const char other[] = "kiriwake-any";

	*ret = (struct rule_devices){ 0 };
	add(ret, field_from_name(other, sizeof(other) - 1));
	for (const struct table *t = r->first; t; t = t->next)
		for (const struct chain *c = t->first; c; c = c->next)
			for (const struct rule *x = c->first; x; x = x->next)
				for (size_t i = 0; i < x->term_count; i++)
					if (!x->terms[i].is_action)
						add_named(ret,
							  &x->terms[i].cond);
}

static struct walk_verdict walk_from(const struct walk_plan *plan,
				     const struct point *packet, u128 iif)
{
	struct point p = *packet;

	point_set(&p, FIELD_IIF, iif);
	return walk_fast(plan, NULL, &p, NULL);
}

bool rule_devices_choose(const struct rule_devices *d,
			 const struct walk_plan *plan, struct point *packet)
{
	struct address server = field_to_address(packet->value[FIELD_DADDR]);
	struct walk_verdict first;

	if (point_has(packet, FIELD_DADDR) && address_is_loopback(&server)) {
		point_set(packet, FIELD_IIF,
			  field_from_name(loopback, strlen(loopback)));
		return true;
	}

	first = walk_from(plan, packet, d->name[0]);
	for (size_t i = 1; i < d->count; i++) {
		struct walk_verdict v = walk_from(plan, packet, d->name[i]);

		if (v.decision != first.decision || v.chain != first.chain ||
		    v.rule != first.rule)
			return false;
	}

	point_set(packet, FIELD_IIF, d->name[0]);
	return true;
}
