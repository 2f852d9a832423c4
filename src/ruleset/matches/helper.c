#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--helper", .type = VALUE_STRING, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_helper = {
	.name = "helper",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_HOST,
};
