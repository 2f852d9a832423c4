#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--rt-type", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--rt-segsleft", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--rt-len", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--rt-0-res", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--rt-0-addrs",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--rt-0-not-strict",
	  .type = VALUE_NONE,
	  .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_rt = {
	.name = "rt",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_PAYLOAD,
};
