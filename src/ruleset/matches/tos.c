#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--tos", .type = VALUE_TOS, .field = FIELD_TOS },
	{ 0 },
};

const struct match match_tos = {
	.name = "tos",
	.options = options,
};
