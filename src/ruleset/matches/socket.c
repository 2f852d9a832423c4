#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--transparent", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--nowildcard", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--restore-skmark",
	  .type = VALUE_NONE,
	  .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_socket = {
	.name = "socket",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_HOST,
};
