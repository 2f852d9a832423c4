#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--mh-type", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_mh = {
	.name = "mh",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_PAYLOAD,
};
