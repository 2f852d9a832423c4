#include "ruleset/option.h"

static int compile(struct build *b, const struct use *u)
{
	const struct argument *a = use_argument(u, "--comment");

	if (a && b->rule)
		b->rule->comment = a->text;
	return 0;
}

static const struct option options[] = {
	{ .name = "--comment", .type = VALUE_STRING, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_comment = {
	.name = "comment",
	.options = options,
	.compile = compile,
};
