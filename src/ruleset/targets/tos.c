#include "ruleset/marks.h"

static int settle(struct build *b, struct use *u)
{
	return marks_settle(b, u, "--set-tos");
}

static int compile(struct build *b, const struct use *u)
{
	if (u->count)
		marks_action(b, FIELD_TOS, &u->arguments[0]);
	return 0;
}

static const struct option options[] = {
	MARKS_OPTION("--set-tos", VALUE_TOS, marks_read_xset),
	MARKS_OPTION("--and-tos", VALUE_TOS, marks_read_and),
	MARKS_OPTION("--or-tos", VALUE_TOS, marks_read_or),
	MARKS_OPTION("--xor-tos", VALUE_TOS, marks_read_xor),
	{ 0 },
};

const struct target target_tos = {
	.name = "TOS",
	.options = options,
	.settle = settle,
	.compile = compile,
};
