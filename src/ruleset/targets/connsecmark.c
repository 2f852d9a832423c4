#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--save", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--restore", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ 0 },
};

const struct target target_connsecmark = {
	.name = "CONNSECMARK",
	.options = options,
};
