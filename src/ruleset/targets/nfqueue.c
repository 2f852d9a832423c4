#include <stdint.h>
#include <stdlib.h>

#include "ruleset/options.h"

/* "3", "0:3" */
static void read_queues(const char *s, struct action *ret)
{
	char *end;

	ret->queue = (int)(strtoul(s, &end, 0) & UINT16_MAX);
	ret->queue_last =
		*end == ':' ? (int)(strtoul(end + 1, NULL, 0) & UINT16_MAX)
			    : ret->queue;
}

static int compile(struct build *b, const struct use *u)
{
	struct action a = { .kind = ACTION_QUEUE, .text = b->text };
	const struct argument *number = use_argument(u, "--queue-num");

	if (!number)
		number = use_argument(u, "--queue-balance");
	if (number)
		read_queues(number->text, &a);
	a.queue_bypass = use_argument(u, "--queue-bypass");
	build_action(b, &a);
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
