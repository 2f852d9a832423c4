#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--ipvs", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--vproto", .type = VALUE_PROTOCOL, .field = FIELD_COUNT },
	{ .name = "--vaddr", .type = VALUE_ADDRESS, .field = FIELD_COUNT },
	{ .name = "--vport", .type = VALUE_PORT, .field = FIELD_COUNT },
	{ .name = "--vdir", .type = VALUE_STRING, .field = FIELD_COUNT },
	{ .name = "--vmethod", .type = VALUE_STRING, .field = FIELD_COUNT },
	{ .name = "--vportctl", .type = VALUE_PORT, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_ipvs = {
	.name = "ipvs",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_HOST,
};
