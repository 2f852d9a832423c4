#include "ruleset/marks.h"

static int settle(struct build *b, struct use *u)
{
	return marks_settle(b, u, "--set-xmark");
}

static int compile(struct build *b, const struct use *u)
{
	if (u->count)
		marks_action(b, FIELD_MARK, &u->arguments[0]);
	return 0;
}

static const struct option options[] = {
	MARKS_OPTIONS,
	{ 0 },
};

const struct target target_mark = {
	.name = "MARK",
	.options = options,
	.settle = settle,
	.compile = compile,
};
