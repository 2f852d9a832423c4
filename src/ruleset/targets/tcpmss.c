#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--set-mss", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--clamp-mss-to-pmtu",
	  .type = VALUE_NONE,
	  .field = FIELD_COUNT },
	{ 0 },
};

const struct target target_tcpmss = {
	.name = "TCPMSS",
	.options = options,
};
