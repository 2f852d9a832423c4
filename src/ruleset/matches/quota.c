#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--quota", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_quota = {
	.name = "quota",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_RATE,
};
