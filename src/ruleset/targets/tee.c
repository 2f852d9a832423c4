#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--gateway",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--oif",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ 0 },
};

const struct target target_tee = {
	.name = "TEE",
	.options = options,
};
