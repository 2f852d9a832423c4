#include "ruleset/option.h"

static int compile(struct build *b, const struct use *u)
{
	(void)u;
	build_action(
		b, &(struct action){ .kind = ACTION_NOTRACK, .text = b->text });
	return 0;
}

static const struct option options[] = {
	{ 0 },
};

const struct target target_notrack = {
	.name = "NOTRACK",
	.options = options,
	.compile = compile,
};
