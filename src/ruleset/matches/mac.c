#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--mac-source", .type = VALUE_MAC, .field = FIELD_MAC_SADDR },
	{ 0 },
};

const struct match match_mac = {
	.name = "mac",
	.options = options,
};
