#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--checksum-fill", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ 0 },
};

const struct target target_checksum = {
	.name = "CHECKSUM",
	.options = options,
};
