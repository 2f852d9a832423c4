#include "ruleset/option.h"

static int compile(struct build *b, const struct use *u)
{
	(void)u;
	build_action(b,
		     &(struct action){ .kind = ACTION_STEAL, .text = b->text });
	return 0;
}

static const struct option options[] = {
	{ .name = "--sack-perm", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--timestamp", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--wscale", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--mss", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--ecn", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ 0 },
};

const struct target target_synproxy = {
	.name = "SYNPROXY",
	.options = options,
	.compile = compile,
};
