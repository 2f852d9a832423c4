#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--bytecode", .type = VALUE_STRING, .field = FIELD_COUNT },
	{ .name = "--object-pinned",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_bpf = {
	.name = "bpf",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_PAYLOAD,
};
