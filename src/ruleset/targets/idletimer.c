#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--timeout", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--label",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--alarm", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--send_nl_msg", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ 0 },
};

const struct target target_idletimer = {
	.name = "IDLETIMER",
	.options = options,
};
