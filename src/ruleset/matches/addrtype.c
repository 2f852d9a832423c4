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

/* Whose an address is on one interface alone, no packet shows. */
static int compile(struct build *b, const struct use *u)
{
	if (use_argument(u, "--limit-iface-in") ||
	    use_argument(u, "--limit-iface-out"))
		return build_use_variable(b, u, DOUBT_HOST);

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
