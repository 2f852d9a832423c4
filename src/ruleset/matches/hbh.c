#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--hbh-len", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--hbh-opts",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ 0 },
};

const struct match match_hbh = {
	.name = "hbh",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_PAYLOAD,
};
