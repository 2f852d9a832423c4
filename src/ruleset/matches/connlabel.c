#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--label", .type = VALUE_STRING, .field = FIELD_COUNT },
	{ .name = "--set", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_connlabel = {
	.name = "connlabel",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_HOST,
};
