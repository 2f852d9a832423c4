#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--src-group", .type = VALUE_MARK, .field = FIELD_COUNT },
	{ .name = "--dst-group", .type = VALUE_MARK, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_devgroup = {
	.name = "devgroup",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_HOST,
};
