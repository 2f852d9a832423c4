#include "ruleset/option.h"

/* One more or less is told, and not followed. */
static int compile(struct build *b, const struct use *u)
{
	const struct argument *set = use_argument(u, "--ttl-set");
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
