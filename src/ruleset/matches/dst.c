#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--dst-len", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--dst-opts",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ 0 },
};

const struct match match_dst = {
	.name = "dst",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_PAYLOAD,
};
