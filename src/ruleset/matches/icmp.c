#include "ruleset/option.h"

static int compile(struct build *b, const struct use *u)
{
	build_value(b, FIELD_FRAGMENT, 0);
	return build_icmp(b, u);
}

static const struct option options[] = {
	{ .name = "--icmp-type",
	  .type = VALUE_ICMP,
	  .field = FIELD_COUNT,
	  .always = "any" },
	{ 0 },
};

const struct match match_icmp = {
	.name = "icmp",
	.options = options,
	.compile = compile,
};
