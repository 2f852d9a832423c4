#include "ruleset/option.h"

/* It only counts. */
static int compile(struct build *b, const struct use *u)
{
	(void)b;
	(void)u;
	return 0;
}

static const struct option options[] = {
	{ .name = "--nfacct-name", .type = VALUE_STRING, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_nfacct = {
	.name = "nfacct",
	.options = options,
	.compile = compile,
};
