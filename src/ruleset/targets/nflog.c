#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--nflog-prefix",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT },
	{ .name = "--nflog-group",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT,
	  .usual = "0" },
	{ .name = "--nflog-range", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--nflog-size", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--nflog-threshold",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT,
	  .usual = "1" },
	{ 0 },
};

const struct target target_nflog = {
	.name = "NFLOG",
	.options = options,
};
