#include "ruleset/nat.h"

static int compile(struct build *b, const struct use *u)
{
	return nat_compile(b, u, NAT_MASQUERADE);
}

static const struct option options[] = {
	{ .name = "--to-ports",
	  .type = VALUE_PORT,
	  .field = FIELD_COUNT,
	  .read = nat_read_ports },
	{ .name = "--random", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--random-fully", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ 0 },
};

const struct target target_masquerade = {
	.name = "MASQUERADE",
	.options = options,
	.compile = compile,
};
