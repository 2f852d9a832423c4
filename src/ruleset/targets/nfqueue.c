#include "ruleset/options.h"

static int compile(struct build *b, const struct use *u)
{
	(void)u;
	build_action(b,
		     &(struct action){ .kind = ACTION_QUEUE, .text = b->text });
	return 0;
}

static int settle(struct build *b, struct use *u)
{
	if (use_argument(u, "--queue-num") ||
	    use_argument(u, "--queue-balance"))
		return 0;
	return options_add(b, u, "--queue-num", "0");
}

static const struct option options[] = {
	{ .name = "--queue-num", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--queue-balance",
	  .type = VALUE_NUMBER,
	  .field = FIELD_COUNT },
	{ .name = "--queue-bypass", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--queue-cpu-fanout",
	  .type = VALUE_NONE,
	  .field = FIELD_COUNT },
	{ 0 },
};

const struct target target_nfqueue = {
	.name = "NFQUEUE",
	.options = options,
	.settle = settle,
	.compile = compile,
};
