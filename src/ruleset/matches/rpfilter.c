#include <errno.h>

#include "base/arena.h"
#include "ruleset/option.h"

/* Each option makes it more lenient: what passes the strict test passes. */
static int compile(struct build *b, const struct use *u)
{
	bool is_inverted = use_argument(u, "--invert");
	/* With --validmark the same question is asked with the mark. */
	bool is_lenient =
		use_argument(u, "--loose") || use_argument(u, "--accept-local");
	struct cond *list = arena_alloc(build_arena(b), 2 * sizeof(*list));

	if (!list)
		return -ENOMEM;

	list[0] = (struct cond){
		.kind = COND_RANGES,
		.field = FIELD_RPFILTER,
		.mask = ~(u128)0,
		.ranges = ranges_one(build_arena(b), 1, 1),
	};
	list[1] = (struct cond){
		.kind = COND_VARIABLE,
		.variable = ruleset_variable(b->ruleset, DOUBT_HOST,
					     "rpfilter, leniently"),
	};
	if (!list[0].ranges || !list[1].variable)
		return -ENOMEM;

	build_cond(b, &(struct cond){ .kind = COND_ANY,
				      .inverted = is_inverted,
				      .list = list,
				      .count = is_lenient ? 2 : 1 });
	return 0;
}

static const struct option options[] = {
	{ .name = "--loose", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--validmark", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--accept-local", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--invert", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_rpfilter = {
	.name = "rpfilter",
	.options = options,
	.compile = compile,
};
