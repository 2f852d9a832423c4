#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--src-pfx",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--dst-pfx",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ 0 },
};

const struct target target_dnpt = {
	.name = "DNPT",
	.options = options,
	.unknown = "another address",
};
