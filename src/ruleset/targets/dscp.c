#include "ruleset/option.h"

static int compile(struct build *b, const struct use *u)
{
	struct action a = { .kind = ACTION_SET,
			    .field = FIELD_TOS,
			    .from = FIELD_COUNT,
			    .and_mask = 0x03,
			    .text = b->text };

	if (u->count)
		a.xor_mask = u->arguments[0].ranges->range[0].first << 2;
	build_action(b, &a);
	return 0;
}

static const struct option options[] = {
	{ .name = "--set-dscp", .type = VALUE_DSCP, .field = FIELD_COUNT },
	{ .name = "--set-dscp-class", .stands_for = "--set-dscp" },
	{ 0 },
};

const struct target target_dscp = {
	.name = "DSCP",
	.options = options,
	.compile = compile,
};
