#include <errno.h>

#include "base/arena.h"
#include "ruleset/option.h"

/* --ports: either of the two. */
static int either(struct build *b, const struct argument *a)
{
	struct cond *list = arena_alloc(build_arena(b), 2 * sizeof(*list));

	if (!list)
		return -ENOMEM;

	for (unsigned i = 0; i < 2; i++)
		list[i] = (struct cond){ .kind = COND_RANGES,
					 .field = i ? FIELD_DPORT : FIELD_SPORT,
					 .mask = ~(u128)0,
					 .ranges = a->ranges };
	build_cond(b, &(struct cond){ .kind = COND_ANY,
				      .inverted = a->inverted,
				      .list = list,
				      .count = 2 });
	return 0;
}

static int compile(struct build *b, const struct use *u)
{
	int err = 0;

	/* xt_multiport.c looks at no later fragment. */
	build_value(b, FIELD_FRAGMENT, 0);
	for (size_t i = 0; i < u->count && !err; i++) {
		const struct argument *a = &u->arguments[i];

		if (a->option->field == FIELD_COUNT)
			err = either(b, a);
		else
			build_ranges(b, a->option->field, a->ranges,
				     a->inverted);
	}

	return err;
}

static const struct option options[] = {
	{ .name = "--sports",
	  .alias = "--source-ports",
	  .type = VALUE_PORT,
	  .field = FIELD_SPORT,
	  .is_list = true },
	{ .name = "--dports",
	  .alias = "--destination-ports",
	  .type = VALUE_PORT,
	  .field = FIELD_DPORT,
	  .is_list = true },
	{ .name = "--ports",
	  .type = VALUE_PORT,
	  .field = FIELD_COUNT,
	  .is_list = true },
	{ 0 },
};

const struct match match_multiport = {
	.name = "multiport",
	.options = options,
	.compile = compile,
};
