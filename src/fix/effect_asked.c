/*
 * What was asked for, field by field: this is what may change.
 *
 * On the way in, packets of any state belong to it, for a rule without a state
 * takes them all. An answer belongs to a connection: one that begins a new one
 * does not, where connections are tracked. The server's address counts where
 * packets are sent on; what comes to the host itself comes to the service.
 */
#include <errno.h>

#include "base/arena.h"
#include "fix/effect_parts.h"
#include "ruleset/ranges.h"

enum { FAMILY_V6 = 10, BITS = 128, V4_PREFIX = 96 };

static const unsigned local_hooks = 1U << HOOK_INGRESS | 1U << HOOK_PREROUTING |
				    1U << HOOK_INPUT | 1U << HOOK_OUTPUT |
				    1U << HOOK_EGRESS;
static const unsigned forward_hooks =
	1U << HOOK_INGRESS | 1U << HOOK_PREROUTING | 1U << HOOK_FORWARD |
	1U << HOOK_OUTPUT | 1U << HOOK_POSTROUTING | 1U << HOOK_EGRESS;

struct asking {
	struct arena *arena;
	const struct fix_ask *ask;
	struct compare_asked *list;
	size_t count;
	bool has_conntrack;
	bool failed;
};

static const struct ranges *one(struct asking *a, u128 value)
{
	const struct ranges *r = ranges_one(a->arena, value, value);

	a->failed |= !r;
	return r;
}

/* Everybody that is meant; NULL: all. */
static const struct ranges *clients(struct asking *a)
{
	const struct fix_ask *ask = a->ask;
	unsigned prefix = ask->client_prefix;
	u128 first, rest;
	const struct ranges *r;

	if (!ask->has_client)
		return NULL;

	prefix += address_is_v4(&ask->client) ? V4_PREFIX : 0;
	rest = prefix >= BITS ? 0 : ~(u128)0 >> prefix;
	first = field_from_address(&ask->client) & ~rest;
	r = ranges_one(a->arena, first, first | rest);
	a->failed |= !r;
	return r;
}

static const struct ranges *answers(struct asking *a)
{
	static const struct range states[] = {
		{ CT_ESTABLISHED, CT_RELATED },
		{ CT_UNTRACKED, CT_UNTRACKED },
	};
	const struct ranges *r;

	if (!a->has_conntrack)
		return NULL;

	r = ranges_of(a->arena, states, 2);
	a->failed |= !r;
	return r;
}

/* To that port, of that address or any, and back. */
static void add(struct asking *a, unsigned hooks, u128 port,
		const u128 *address)
{
	const struct ranges *from = clients(a);
	const struct ranges *to = address ? one(a, *address) : NULL;
	const struct ranges *at = one(a, port);
	const struct ranges *proto = one(a, a->ask->protocol);
	struct compare_asked *way = &a->list[a->count++];
	struct compare_asked *back = &a->list[a->count++];
	bool is_v6 =
		a->ask->has_client
			? !address_is_v4(&a->ask->client)
			: a->ask->has_server && !address_is_v4(&a->ask->server);

	*way = (struct compare_asked){ .family = is_v6 ? TABLE_IP6 : TABLE_IP,
				       .hooks = hooks };
	way->set[FIELD_PROTO] = proto;
	*back = *way;
	way->set[FIELD_SADDR] = back->set[FIELD_DADDR] = from;
	way->set[FIELD_DADDR] = back->set[FIELD_SADDR] = to;
	way->set[FIELD_DPORT] = back->set[FIELD_SPORT] = at;
	back->set[FIELD_CT_STATE] = answers(a);
}

static bool is_forwarded(const struct walk_way *way)
{
	for (size_t i = 0; i < way->step_count; i++)
		if (way->steps[i].hook == HOOK_FORWARD)
			return true;

	return false;
}

/* By the client himself, whose packets for others are not meant. */
static bool is_sent_here(const struct point *first)
{
	return point_has(first, FIELD_OIF) && first->value[FIELD_OIF] &&
	       !first->value[FIELD_IIF];
}

/* What the packet is for in the end. */
static void add_last(struct asking *a, const struct walk_way *way)
{
	const struct point *last = &way->last;
	const u128 *address = NULL;
	unsigned hooks = local_hooks;

	if (is_forwarded(way))
		hooks = forward_hooks;
	if ((is_forwarded(way) || is_sent_here(&way->packet)) &&
	    point_has(last, FIELD_DADDR))
		address = &last->value[FIELD_DADDR];
	if (point_has(last, FIELD_DPORT))
		add(a, hooks, last->value[FIELD_DPORT], address);
}

int effect_asked(const struct fix_planning *p, const struct walk_result *walked,
		 bool has_conntrack, struct compare_asked ret[EFFECT_ASKED],
		 size_t *ret_count)
{
	struct asking a = { .arena = p->plan->arena,
			    .ask = &p->plan->ask,
			    .list = ret,
			    .has_conntrack = has_conntrack };
	u128 server = field_from_address(&a.ask->server);

	add(&a, local_hooks, a.ask->port,
	    a.ask->has_server && p->has_packet && is_sent_here(&p->packet)
		    ? &server
		    : NULL);
	if (a.ask->has_server)
		add(&a, forward_hooks, a.ask->port, &server);
	if (walked)
		add_last(&a, &walked->way);
	*ret_count = a.count;
	return a.failed ? -ENOMEM : 0;
}
