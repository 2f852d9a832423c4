#include "ruleset/hops.h"

static int compile(struct build *b, const struct use *u)
{
	hops_action(b, u, "--ttl-set", "--ttl-dec", "--ttl-inc");
	return 0;
}

static const struct option options[] = {
	{ .name = "--ttl-set", .type = VALUE_NUMBER, .field = FIELD_TTL },
	{ .name = "--ttl-dec", .type = VALUE_NUMBER, .field = FIELD_TTL },
	{ .name = "--ttl-inc", .type = VALUE_NUMBER, .field = FIELD_TTL },
	{ 0 },
};

const struct target target_ttl = {
	.name = "TTL",
	.options = options,
	.compile = compile,
};
