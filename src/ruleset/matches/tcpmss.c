#include "ruleset/option.h"

/* A packet without the option is in no range (0 stands for it). */
static int compile(struct build *b, const struct use *u)
{
	const struct argument *a = &u->arguments[0];
	struct arena *arena = build_arena(b);

	if (!u->count)
		return 0;

	build_value(b, FIELD_FRAGMENT, 0);
	build_ranges(b, FIELD_TCP_MSS,
		     ranges_intersection(arena, a->ranges,
					 ranges_one(arena, 1, 0xffff)),
		     a->inverted);
	return 0;
}

static const struct option options[] = {
	{ .name = "--mss", .type = VALUE_NUMBER, .field = FIELD_TCP_MSS },
	{ 0 },
};

const struct match match_tcpmss = {
	.name = "tcpmss",
	.options = options,
	.compile = compile,
};
