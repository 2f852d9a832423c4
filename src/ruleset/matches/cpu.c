#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--cpu", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_cpu = {
	.name = "cpu",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_HOST,
};
