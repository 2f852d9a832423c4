#include "ruleset/option.h"

/* <syslog.h> */
static const struct choice levels[] = {
	{ "emerg", 0 },  { "panic", 0 }, { "alert", 1 },   { "crit", 2 },
	{ "error", 3 },  { "err", 3 },   { "warning", 4 }, { "warn", 4 },
	{ "notice", 5 }, { "info", 6 },  { "debug", 7 },   { 0 },
};

static const struct option options[] = {
	{ .name = "--log-prefix", .type = VALUE_STRING, .field = FIELD_COUNT },
	{ .name = "--log-level",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT,
	  .choices = levels,
	  .usual = "4" },
	{ .name = "--log-tcp-sequence",
	  .type = VALUE_NONE,
	  .field = FIELD_COUNT },
	{ .name = "--log-tcp-options",
	  .type = VALUE_NONE,
	  .field = FIELD_COUNT },
	{ .name = "--log-ip-options",
	  .type = VALUE_NONE,
	  .field = FIELD_COUNT },
	{ .name = "--log-uid", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--log-macdecode", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ 0 },
};

const struct target target_log = {
	.name = "LOG",
	.options = options,
};
