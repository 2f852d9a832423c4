#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--fragid", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--fraglen", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--fragres", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--fragfirst", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--fragmore", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--fraglast", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_frag = {
	.name = "frag",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_PAYLOAD,
};
