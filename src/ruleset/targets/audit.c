#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--type",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ 0 },
};

const struct target target_audit = {
	.name = "AUDIT",
	.options = options,
};
