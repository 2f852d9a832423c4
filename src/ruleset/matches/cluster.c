#include "ruleset/option.h"

static const struct option options[] = {
	{ .name = "--cluster-total-nodes",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT },
	{ .name = "--cluster-local-node",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT },
	{ .name = "--cluster-local-nodemask",
	  .type = VALUE_MARK,
	  .field = FIELD_COUNT },
	{ .name = "--cluster-hash-seed",
	  .type = VALUE_MARK,
	  .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_cluster = {
	.name = "cluster",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_HOST,
};
