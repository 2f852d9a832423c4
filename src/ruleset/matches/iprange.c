#include "ruleset/options.h"

/* Always two addresses, however near. */
static int read(struct build *b, const char *value, struct argument *ret)
{
	return options_address_range(b, value, ret);
}

static const struct option options[] = {
	{ .name = "--src-range",
	  .type = VALUE_ADDRESS,
	  .field = FIELD_SADDR,
	  .read = read },
	{ .name = "--dst-range",
	  .type = VALUE_ADDRESS,
	  .field = FIELD_DADDR,
	  .read = read },
	{ 0 },
};

const struct match match_iprange = {
	.name = "iprange",
	.options = options,
};
