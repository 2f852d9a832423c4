#include "ruleset/nat.h"

static int compile(struct build *b, const struct use *u)
{
	return nat_compile(b, u, NAT_SOURCE);
}

static const struct option options[] = {
	{ .name = "--to-source",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = nat_read },
	{ .name = "--random", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--random-fully", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--persistent", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ 0 },
};

const struct target target_snat = {
	.name = "SNAT",
	.options = options,
	.compile = compile,
};
