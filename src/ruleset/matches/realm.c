#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--realm", .type = VALUE_MARK, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_realm = {
	.name = "realm",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_HOST,
};
