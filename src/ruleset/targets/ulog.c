#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--ulog-prefix", .type = VALUE_STRING, .field = FIELD_COUNT },
	{ .name = "--ulog-nlgroup",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT },
	{ .name = "--ulog-cprange",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT },
	{ .name = "--ulog-qthreshold",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT },
	{ 0 },
};

const struct target target_ulog = {
	.name = "ULOG",
	.options = options,
};
