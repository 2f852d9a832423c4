#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--genre", .type = VALUE_STRING, .field = FIELD_COUNT },
	{ .name = "--ttl", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--log", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_osf = {
	.name = "osf",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_PAYLOAD,
};
