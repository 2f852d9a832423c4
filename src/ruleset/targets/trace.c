#include "ruleset/option.h"

static const struct option options[] = {
	{ 0 },
};

const struct target target_trace = {
	.name = "TRACE",
	.options = options,
};
