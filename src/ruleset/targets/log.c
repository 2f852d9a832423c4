#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--log-prefix", .type = VALUE_STRING },
	{ .name = "--log-level", .type = VALUE_STRING, .usual = "4" },
	{ .name = "--log-tcp-sequence", .type = VALUE_NONE },
	{ .name = "--log-tcp-options", .type = VALUE_NONE },
	{ .name = "--log-ip-options", .type = VALUE_NONE },
	{ .name = "--log-uid", .type = VALUE_NONE },
	{ .name = "--log-macdecode", .type = VALUE_NONE },
	{ 0 },
};

const struct target target_log = {
	.name = "LOG",
	.options = options,
};
