#include "ruleset/set_use.h"

static const struct option options[] = {
	{ .name = "--add-set",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .words = 2,
	  .read = set_use_read },
	{ .name = "--del-set",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .words = 2,
	  .read = set_use_read },
	{ .name = "--map-set",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .words = 2,
	  .read = set_use_read },
	{ .name = "--exist", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--timeout", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--map-mark", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--map-prio", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--map-queue", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ 0 },
};

const struct target target_set = {
	.name = "SET",
	.options = options,
};
