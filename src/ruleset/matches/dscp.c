#include "ruleset/option.h"

/* The upper six bits of the traffic class. */
static int compile(struct build *b, const struct use *u)
{
	const struct argument *a = &u->arguments[0];
	struct range r;

	if (!u->count)
		return 0;

	r.first = a->ranges->range[0].first << 2;
	build_masked(b, FIELD_TOS, 0xfc,
		     ranges_one(build_arena(b), r.first, r.first), a->inverted);
	return 0;
}

static const struct option options[] = {
	{ .name = "--dscp", .type = VALUE_DSCP, .field = FIELD_COUNT },
	{ .name = "--dscp-class", .stands_for = "--dscp" },
	{ 0 },
};

const struct match match_dscp = {
	.name = "dscp",
	.options = options,
	.compile = compile,
};
