#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--ipcompspi", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--compres", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_ipcomp = {
	.name = "ipcomp",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_PAYLOAD,
};
