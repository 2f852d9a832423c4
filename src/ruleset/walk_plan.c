#include "ruleset/walk_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "ruleset/walk.h"

/* include/uapi/linux/netfilter_ipv4.h, enum nf_ip_hook_priorities. */
enum {
	PRIORITY_CONNTRACK = -200,
	PRIORITY_NAT_DST = -100,
	PRIORITY_NAT_SRC = 100
};

/* Below this many rules, trying each is as quick. */
enum { INDEXED_FROM = 12 };

static bool meets_family(const struct table *t, enum plan_family f)
{
	switch (t->family) {
	case TABLE_IP:
		return f == PLAN_V4;
	case TABLE_IP6:
		return f == PLAN_V6;
	case TABLE_INET:
	case TABLE_NETDEV:
		return true;
	case TABLE_ARP:
	case TABLE_BRIDGE:
	case TABLE_FAMILY_COUNT:
		break;
	}

	return false;
}

static bool is_nat(const struct chain *c)
{
	return c->type && strcmp(c->type, "nat") == 0;
}

/* Of equal priority, the hook registered last is the first to run
 * (net/netfilter/core.c, nf_hook_entries_grow). Stops of our own come before
 * both. */
static void insert(struct plan_stop *list, size_t *count,
		   const struct plan_stop *stop)
{
	size_t at = 0;

	while (at < *count && (list[at].priority < stop->priority ||
			       (list[at].priority == stop->priority &&
				list[at].kind != PLAN_CHAIN)))
		at++;
	memmove(&list[at + 1], &list[at], (*count - at) * sizeof(*list));
	list[at] = *stop;
	(*count)++;
}

static void add_builtins(struct plan_hook *h, enum hook hook)
{
	struct plan_stop conntrack = { .kind = PLAN_CONNTRACK,
				       .priority = PRIORITY_CONNTRACK };
	struct plan_stop nat = { .kind = PLAN_NAT };

	if (hook == HOOK_INGRESS || hook == HOOK_EGRESS || hook == HOOK_FORWARD)
		return;

	nat.priority = hook == HOOK_INPUT || hook == HOOK_POSTROUTING
			       ? PRIORITY_NAT_SRC
			       : PRIORITY_NAT_DST;
	if (nat.priority == PRIORITY_NAT_DST)
		insert(h->stops, &h->count, &conntrack);
	insert(h->stops, &h->count, &nat);
}

static void add_chain(struct walk_plan *plan, enum plan_family f,
		      const struct chain *c)
{
	struct plan_hook *h = &plan->hooks[f][c->hook];
	struct plan_stop stop = { .kind = PLAN_CHAIN,
				  .priority = c->priority,
				  .chain = &plan->chains[c->index] };

	if (c->device)
		stop.device = field_from_name(c->device, strlen(c->device));
	if (is_nat(c))
		insert(h->nat, &h->nat_count, &stop);
	else
		insert(h->stops, &h->count, &stop);
	if (c->priority < PRIORITY_CONNTRACK || c->hook == HOOK_INGRESS)
		plan->has_early = true;
}

static int add_hooks(struct walk_plan *plan, const struct ruleset *r,
		     enum plan_family f)
{
	for (unsigned i = 0; i < HOOK_NONE; i++) {
		struct plan_hook *h = &plan->hooks[f][i];
		size_t room = (r->chain_count + 2) * sizeof(struct plan_stop);

		h->stops = arena_alloc(plan->arena, room);
		h->nat = arena_alloc(plan->arena, room);
		if (!h->stops || !h->nat)
			return -ENOMEM;
		add_builtins(h, (enum hook)i);
	}

	for (const struct table *t = r->first; t; t = t->next)
		for (const struct chain *c = t->first; c; c = c->next)
			if (c->hook != HOOK_NONE && !t->is_dormant &&
			    meets_family(t, f))
				add_chain(plan, f, c);

	return 0;
}

static int add_rules(struct walk_plan *plan, const struct chain *c)
{
	struct plan_chain *p = &plan->chains[c->index];

	p->chain = c;
	p->rules = arena_alloc(plan->arena,
			       (c->rule_count + 1) * sizeof(struct rule *));
	if (!p->rules)
		return -ENOMEM;

	for (const struct rule *rule = c->first; rule; rule = rule->next)
		p->rules[p->count++] = rule;
	p->words = (p->count + 63) / 64;
	return 0;
}

static int fill(struct walk_plan *plan, const struct ruleset *r)
{
	int err = 0;

	plan->chain_count = r->chain_count;
	plan->chains = arena_alloc(plan->arena, (r->chain_count + 1) *
							sizeof(*plan->chains));
	if (!plan->chains)
		return -ENOMEM;

	for (const struct table *t = r->first; t && !err; t = t->next)
		for (const struct chain *c = t->first; c && !err; c = c->next)
			err = add_rules(plan, c);
	if (!err)
		err = add_hooks(plan, r, PLAN_V4);
	return err ? err : add_hooks(plan, r, PLAN_V6);
}

struct walk_plan *walk_plan_plain(const struct ruleset *r)
{
	struct walk_plan *plan = calloc(1, sizeof(*plan));

	if (!plan)
		return NULL;

	plan->arena = arena_new();
	if (!plan->arena || fill(plan, r) < 0) {
		walk_plan_free(plan);
		return NULL;
	}

	return plan;
}

struct walk_plan *walk_plan_new(const struct ruleset *r)
{
	struct walk_plan *plan = walk_plan_plain(r);
	uint64_t changing = walk_index_changing(r);

	for (size_t i = 0; plan && i < plan->chain_count; i++) {
		struct plan_chain *c = &plan->chains[i];

		if (c->count < INDEXED_FROM)
			continue;
		if (walk_index_chain(plan->arena, c, changing) < 0) {
			walk_plan_free(plan);
			return NULL;
		}
	}

	return plan;
}

void walk_plan_free(struct walk_plan *plan)
{
	if (!plan)
		return;

	arena_free(plan->arena);
	free(plan);
}
