#include "cli/trace_rule.h"

#include "base/text.h"

/* NFPROTO_* of linux/netfilter.h, which libc's headers do not stand beside. */
enum { INET = 1, IPV4 = 2, ARP = 3, NETDEV = 5, BRIDGE = 7, IPV6 = 10 };

static bool is_in(const struct nftrace_step *step, const struct table *t)
{
	static const uint8_t families[TABLE_FAMILY_COUNT] = {
		[TABLE_IP] = IPV4,       [TABLE_IP6] = IPV6,
		[TABLE_INET] = INET,     [TABLE_ARP] = ARP,
		[TABLE_BRIDGE] = BRIDGE, [TABLE_NETDEV] = NETDEV,
	};

	return (t->engine == ENGINE_LEGACY) ==
		       (step->engine == NFTRACE_LEGACY) &&
	       families[t->family] == step->family &&
	       text_same(t->name, step->table);
}

const struct chain *trace_rule_chain(const struct ruleset *r,
				     const struct nftrace_step *step)
{
	for (const struct table *t = r->first; t; t = t->next) {
		const struct chain *c =
			is_in(step, t) ? ruleset_find_chain(t, step->chain)
				       : NULL;

		if (c)
			return c;
	}

	return NULL;
}

const struct rule *trace_rule(const struct chain *c,
			      const struct nftrace_step *step)
{
	if (step->is_policy)
		return NULL;
	for (const struct rule *r = c->first; r; r = r->next)
		if (step->handle && r->handle
			    ? r->handle == step->handle
			    : step->number && r->number == step->number)
			return r;

	return NULL;
}
