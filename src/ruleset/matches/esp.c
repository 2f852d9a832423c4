#include "ruleset/option.h"

static int compile(struct build *b, const struct use *u)
{
	build_value(b, FIELD_FRAGMENT, 0);
	build_each(b, u);
	return 0;
}

static const struct option options[] = {
	{ .name = "--espspi", .type = VALUE_NUMBER, .field = FIELD_SPI },
	{ 0 },
};

const struct match match_esp = {
	.name = "esp",
	.options = options,
	.compile = compile,
};
