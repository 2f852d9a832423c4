#include "ruleset/option.h"

/* Without ECE and CWR. */
static int compile(struct build *b, const struct use *u)
{
	struct action a = { .kind = ACTION_SET,
			    .field = FIELD_TCP_FLAGS,
			    .from = FIELD_COUNT,
			    .and_mask = 0x3f,
			    .text = b->text };

	if (!use_argument(u, "--ecn-tcp-remove"))
		a.kind = ACTION_NONE;
	build_action(b, &a);
	return 0;
}

static const struct option options[] = {
	{ .name = "--ecn-tcp-remove",
	  .type = VALUE_NONE,
	  .field = FIELD_COUNT },
	{ .name = "--ecn-tcp-cwr", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--ecn-tcp-ece", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--ecn-ip-ect", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ 0 },
};

const struct target target_ecn = {
	.name = "ECN",
	.options = options,
	.compile = compile,
};
