#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--strip-options",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ 0 },
};

const struct target target_tcpoptstrip = {
	.name = "TCPOPTSTRIP",
	.options = options,
};
