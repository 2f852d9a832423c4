#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--length", .type = VALUE_NUMBER, .field = FIELD_LENGTH },
	{ 0 },
};

const struct match match_length = {
	.name = "length",
	.options = options,
};
