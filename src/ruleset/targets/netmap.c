#include "ruleset/nat.h"

static int compile(struct build *b, const struct use *u)
{
	return nat_compile(b, u, NAT_NETMAP_DESTINATION);
}

static const struct option options[] = {
	{ .name = "--to", .type = VALUE_ADDRESS, .field = FIELD_COUNT },
	{ 0 },
};

const struct target target_netmap = {
	.name = "NETMAP",
	.options = options,
	.compile = compile,
};
