#include "ruleset/option.h"

static int compile(struct build *b, const struct use *u)
{
	build_value(b, FIELD_FRAGMENT, 0);
	return build_icmp(b, u);
}

static const struct option options[] = {
	{ .name = "--icmpv6-type",
	  .alias = "--icmp6-type",
	  .type = VALUE_ICMP6,
	  .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_icmp6 = {
	.name = "icmp6",
	.options = options,
	.compile = compile,
};
