#include "ruleset/option.h"

/* One more or less is told, and not followed. */
static int compile(struct build *b, const struct use *u)
{
	const struct argument *set = use_argument(u, "--hl-set");
	struct action a = { .kind = ACTION_NONE, .text = b->text };

	if (set) {
		a.kind = ACTION_SET;
		a.field = FIELD_TTL;
		a.from = FIELD_COUNT;
		a.xor_mask = set->ranges->range[0].first;
	}
	build_action(b, &a);
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
