#include "ruleset/option.h"

static int compile(struct build *b, const struct use *u)
{
	build_value(b, FIELD_FRAGMENT, 0);
	build_each(b, u);
	return 0;
}

static const struct option options[] = {
	OPTION_PORTS,
	{ 0 },
};

const struct match match_udp = {
	.name = "udp",
	.options = options,
	.compile = compile,
};
