#include <errno.h>

#include "ruleset/option.h"

/* RTN_* of include/uapi/linux/rtnetlink.h. */
static const struct choice types[] = {
	{ "UNSPEC", 0 },
	{ "UNICAST", 1 },
	{ "LOCAL", 2 },
	{ "BROADCAST", 3 },
	{ "ANYCAST", 4 },
	{ "MULTICAST", 5 },
	{ "BLACKHOLE", 6 },
	{ "UNREACHABLE", 7 },
	{ "PROHIBIT", 8 },
	{ "THROW", 9 },
	{ "NAT", 10 },
	{ "XRESOLVE", 11 },
	{ 0 },
};

enum { UNSPEC, UNICAST, LOCAL, ANYCAST = 4, MULTICAST, UNREACHABLE = 7 };

/* Of IPv6, "unicast" is how the address looks, the host's own too; and what
 * looks and routes say must both hold, not one of them (match_type6() of
 * net/netfilter/xt_addrtype.c). */
static const struct ranges *types_v6(struct arena *arena,
				     const struct ranges *asked)
{
	const struct ranges *all = ranges_one(arena, 0, 15);
	const struct ranges *routed = ranges_none(arena);
	const struct ranges *r = all;
	static const unsigned by_route[] = { ANYCAST, LOCAL, UNREACHABLE };

	if (ranges_has(asked, MULTICAST))
		r = ranges_intersection(
			arena, r, ranges_one(arena, MULTICAST, MULTICAST));
	if (ranges_has(asked, UNSPEC))
		r = ranges_intersection(arena, r,
					ranges_one(arena, UNSPEC, UNSPEC));
	if (ranges_has(asked, UNICAST)) {
		const struct range no[] = { { UNSPEC, UNSPEC },
					    { MULTICAST, MULTICAST } };

		r = ranges_intersection(
			arena, r,
			ranges_complement(arena, ranges_of(arena, no, 2), 15));
	}
	for (size_t i = 0; i < sizeof(by_route) / sizeof(*by_route); i++)
		if (ranges_has(asked, by_route[i]))
			routed = ranges_union(
				arena, routed,
				ranges_one(arena, by_route[i], by_route[i]));
	if (routed && routed->count)
		r = ranges_intersection(arena, r, routed);
	return r;
}

static int compile_v6(struct build *b, const struct use *u)
{
	struct arena *arena = build_arena(b);

	for (size_t i = 0; i < u->count; i++) {
		const struct argument *a = &u->arguments[i];
		const struct ranges *r = types_v6(arena, a->ranges);

		if (!r)
			return -ENOMEM;
		build_ranges(b, a->option->field, r, a->inverted);
	}
	return 0;
}

/* Whose an address is on one interface alone, no packet shows. */
static int compile(struct build *b, const struct use *u)
{
	if (use_argument(u, "--limit-iface-in") ||
	    use_argument(u, "--limit-iface-out"))
		return build_use_variable(b, u, DOUBT_HOST);

	if (b->is_v6)
		return compile_v6(b, u);

	build_each(b, u);
	return 0;
}

static const struct option options[] = {
	{ .name = "--src-type",
	  .type = VALUE_CHOICES,
	  .field = FIELD_SADDR_TYPE,
	  .choices = types },
	{ .name = "--dst-type",
	  .type = VALUE_CHOICES,
	  .field = FIELD_DADDR_TYPE,
	  .choices = types },
	{ .name = "--limit-iface-in",
	  .type = VALUE_NONE,
	  .field = FIELD_COUNT },
	{ .name = "--limit-iface-out",
	  .type = VALUE_NONE,
	  .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_addrtype = {
	.name = "addrtype",
	.options = options,
	.compile = compile,
};
