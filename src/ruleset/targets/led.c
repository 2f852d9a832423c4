#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--led-trigger-id",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT },
	{ .name = "--led-delay",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--led-always-blink",
	  .type = VALUE_NONE,
	  .field = FIELD_COUNT },
	{ 0 },
};

const struct target target_led = {
	.name = "LED",
	.options = options,
};
