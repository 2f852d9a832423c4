#include "ruleset/nat.h"

static int compile(struct build *b, const struct use *u)
{
	return nat_compile(b, u, NAT_DESTINATION);
}

static const struct option options[] = {
	{ .name = "--to-destination",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = nat_read },
	{ .name = "--random", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--persistent", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ 0 },
};

const struct target target_dnat = {
	.name = "DNAT",
	.options = options,
	.compile = compile,
};
