#include "cli/firewall_listing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "cli/firewall.h"

/* The kernel puts a new hook before those of its priority, so what was
 * registered last is asked first (net/netfilter/core.c, nf_hook_entries_grow).
 * A dump tells tables in the order in which they were made. */
static int by_walk(const void *a, const void *b)
{
	const struct chain *x = *(const struct chain *const *)a;
	const struct chain *y = *(const struct chain *const *)b;

	if (x->hook != y->hook)
		return x->hook < y->hook ? -1 : 1;
	if (x->hook == HOOK_NONE)
		return x->index < y->index ? -1 : x->index > y->index;
	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;

	return x->index > y->index ? -1 : x->index < y->index;
}

static int add_call(const struct ruleset *r, struct listing *l,
		    struct listing_call **last, const struct chain *to,
		    const struct rule *from)
{
	struct listing_call *call;

	if (!to || (last[to->index] && last[to->index]->rule == from))
		return 0;

	call = arena_alloc(r->arena, sizeof(*call));
	if (!call)
		return -ENOMEM;

	call->rule = from;
	if (last[to->index])
		last[to->index]->next = call;
	else
		l->calls[to->index] = call;
	last[to->index] = call;
	return 0;
}

static int add_action(const struct ruleset *r, struct listing *l,
		      struct listing_call **last, const struct action *a,
		      const struct rule *from)
{
	int error = add_call(r, l, last, a->chain, from);

	for (size_t i = 0; !error && a->map && i < a->map->count; i++)
		if (a->map->elements[i].action)
			error = add_call(r, l, last,
					 a->map->elements[i].action->chain,
					 from);

	return error;
}

static int add_calls(const struct ruleset *r, struct listing *l,
		     struct listing_call **last, const struct chain *c)
{
	int error = 0;

	for (const struct rule *rule = c->first; rule; rule = rule->next)
		for (size_t i = 0; i < rule->term_count && !error; i++)
			if (rule->terms[i].is_action)
				error = add_action(r, l, last,
						   rule->terms[i].action, rule);

	return error;
}

int firewall_listing(const struct firewall *f, struct listing *ret)
{
	const struct ruleset *r = f->ruleset;
	size_t n = r->chain_count + 1;
	struct listing_call **last =
		arena_alloc(r->arena, n * sizeof(struct listing_call *));
	struct listing l = {
		.chains = arena_alloc(r->arena, n * sizeof(struct chain *)),
		.calls = arena_alloc(r->arena,
				     n * sizeof(struct listing_call *)),
	};
	int error = 0;

	if (!last || !l.chains || !l.calls)
		return -ENOMEM;

	for (const struct table *t = r->first; t; t = t->next) {
		if (!firewall_wants(f, t))
			continue;
		for (const struct chain *c = t->first; c && !error;
		     c = c->next) {
			l.chains[l.count++] = c;
			l.base_count += c->hook != HOOK_NONE;
			error = add_calls(r, &l, last, c);
		}
	}
	if (error)
		return error;

	qsort(l.chains, l.count, sizeof(*l.chains), by_walk);
	*ret = l;
	return 0;
}
