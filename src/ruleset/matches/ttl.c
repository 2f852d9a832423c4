#include "ruleset/option.h"

static int compile(struct build *b, const struct use *u)
{
	return build_hops(b, u);
}

static const struct option options[] = {
	{ .name = "--ttl-eq",
	  .alias = "--ttl",
	  .type = VALUE_NUMBER,
	  .field = FIELD_TTL },
	{ .name = "--ttl-lt", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--ttl-gt", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_ttl = {
	.name = "ttl",
	.options = options,
	.compile = compile,
};
