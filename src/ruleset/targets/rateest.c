#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--rateest-name",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--rateest-interval",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--rateest-ewmalog",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ 0 },
};

const struct target target_rateest = {
	.name = "RATEEST",
	.options = options,
};
