#include <errno.h>

#include "ruleset/set_use.h"

static int compile(struct build *b, const struct use *u)
{
	const struct argument *a = use_argument(u, "--match-set");
	struct cond c = { .kind = COND_LOOKUP };

	/* Counters of elements are in no packet. */
	if (!a || use_argument(u, "--return-nomatch") ||
	    u->count > 1U + !!use_argument(u, "--update-counters") +
			       !!use_argument(u, "--update-subcounters"))
		return build_use_variable(b, u, DOUBT_RECENT);

	c.inverted = a->inverted;
	if (set_use_key(b, a->text, &c))
		return -ENOMEM;

	build_cond(b, &c);
	return 0;
}

static const struct option options[] = {
	{ .name = "--match-set",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .words = 2,
	  .read = set_use_read },
	{ .name = "--return-nomatch",
	  .type = VALUE_NONE,
	  .field = FIELD_COUNT },
	{ .name = "--update-counters",
	  .type = VALUE_NONE,
	  .field = FIELD_COUNT },
	{ .name = "--update-subcounters",
	  .type = VALUE_NONE,
	  .field = FIELD_COUNT },
	{ .name = "--packets-eq", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--packets-lt", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--packets-gt", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--bytes-eq", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--bytes-lt", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--bytes-gt", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_set = {
	.name = "set",
	.options = options,
	.compile = compile,
};
