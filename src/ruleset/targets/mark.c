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
	{ .name = "--set-xmark",
	  .type = VALUE_MARK,
	  .field = FIELD_COUNT,
	  .read = marks_read_xset },
	{ .name = "--set-mark",
	  .type = VALUE_MARK,
	  .field = FIELD_COUNT,
	  .read = marks_read_set },
	{ .name = "--and-mark",
	  .type = VALUE_MARK,
	  .field = FIELD_COUNT,
	  .read = marks_read_and },
	{ .name = "--or-mark",
	  .type = VALUE_MARK,
	  .field = FIELD_COUNT,
	  .read = marks_read_or },
	{ .name = "--xor-mark",
	  .type = VALUE_MARK,
	  .field = FIELD_COUNT,
	  .read = marks_read_xor },
	{ 0 },
};

const struct target target_mark = {
	.name = "MARK",
	.options = options,
	.settle = settle,
	.compile = compile,
};
