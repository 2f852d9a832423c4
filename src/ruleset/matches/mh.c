#include "ruleset/option.h"

/* RFC 6275 6.1. */
static const struct choice types[] = {
	{ "brr", 0 },  { "binding-refresh-request", 0 },
	{ "hoti", 1 }, { "home-test-init", 1 },
	{ "coti", 2 }, { "careof-test-init", 2 },
	{ "hot", 3 },  { "home-test", 3 },
	{ "cot", 4 },  { "careof-test", 4 },
	{ "bu", 5 },   { "binding-update", 5 },
	{ "ba", 6 },   { "binding-acknowledgement", 6 },
	{ "be", 7 },   { "binding-error", 7 },
	{ 0 },
};

static const struct option options[] = {
	{ .name = "--mh-type",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT,
	  .choices = types },
	{ 0 },
};

const struct match match_mh = {
	.name = "mh",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_PAYLOAD,
};
