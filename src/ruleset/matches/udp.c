#include "ruleset/option.h"

static int compile(struct build *b, const struct use *u)
{
	build_value(b, FIELD_FRAGMENT, 0);
	build_each(b, u);
	return 0;
}

static const struct option options[] = {
	{ .name = "--sport",
	  .alias = "--source-port",
	  .type = VALUE_PORT,
	  .field = FIELD_SPORT,
	  .may_be_name = true,
	  .usual = "0:65535" },
	{ .name = "--dport",
	  .alias = "--destination-port",
	  .type = VALUE_PORT,
	  .field = FIELD_DPORT,
	  .may_be_name = true,
	  .usual = "0:65535" },
	{ 0 },
};

const struct match match_udp = {
	.name = "udp",
	.options = options,
	.compile = compile,
};
