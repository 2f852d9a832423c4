#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--path", .type = VALUE_STRING, .field = FIELD_COUNT },
	{ .name = "--cgroup", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_cgroup = {
	.name = "cgroup",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_HOST,
};
