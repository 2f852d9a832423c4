#include "ruleset/option.h"

static int compile(struct build *b, const struct use *u)
{
	return build_hops(b, u);
}

static const struct option options[] = {
	{ .name = "--hl-eq",
	  .alias = "--hl",
	  .type = VALUE_NUMBER,
	  .field = FIELD_TTL },
	{ .name = "--hl-lt", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--hl-gt", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_hl = {
	.name = "hl",
	.options = options,
	.compile = compile,
};
