#include "ruleset/rate.h"

static int read(struct build *b, const char *value, struct argument *ret)
{
	return rate_read(b, value, 10000, ret);
}

static const struct option options[] = {
	{ .name = "--limit",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = read,
	  .always = "3/hour" },
	{ .name = "--limit-burst",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT,
	  .usual = "5" },
	{ 0 },
};

const struct match match_limit = {
	.name = "limit",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_RATE,
};
