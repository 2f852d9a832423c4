#include "ruleset/hops.h"

static int compile(struct build *b, const struct use *u)
{
	hops_action(b, u, "--hl-set", "--hl-dec", "--hl-inc");
	return 0;
}

static const struct option options[] = {
	{ .name = "--hl-set", .type = VALUE_NUMBER, .field = FIELD_TTL },
	{ .name = "--hl-dec", .type = VALUE_NUMBER, .field = FIELD_TTL },
	{ .name = "--hl-inc", .type = VALUE_NUMBER, .field = FIELD_TTL },
	{ 0 },
};

const struct target target_hl = {
	.name = "HL",
	.options = options,
	.compile = compile,
};
