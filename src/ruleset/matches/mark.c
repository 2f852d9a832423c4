#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--mark", .type = VALUE_MARK, .field = FIELD_MARK },
	{ 0 },
};

const struct match match_mark = {
	.name = "mark",
	.options = options,
};
