#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--header", .type = VALUE_STRING, .field = FIELD_COUNT },
	{ .name = "--soft", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_ipv6header = {
	.name = "ipv6header",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_PAYLOAD,
};
