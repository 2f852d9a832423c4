#include "ruleset/option.h"

static int compile(struct build *b, const struct use *u)
{
	const struct ranges *none = ranges_one(build_arena(b), 0, 0);

	for (size_t i = 0; i < u->count; i++) {
		const struct argument *a = &u->arguments[i];
		enum field f = a->option->field;

		if (f == FIELD_COUNT) /* bridged: it goes out of a port again */
			f = FIELD_PHYS_OIF;
		if (a->option->type == VALUE_NONE)
			build_ranges(b, f, none, !a->inverted);
		else
			build_ranges(b, f, a->ranges, a->inverted);
	}

	return 0;
}

static const struct option options[] = {
	{ .name = "--physdev-is-in",
	  .type = VALUE_NONE,
	  .field = FIELD_PHYS_IIF },
	{ .name = "--physdev-in",
	  .type = VALUE_INTERFACE,
	  .field = FIELD_PHYS_IIF },
	{ .name = "--physdev-is-out",
	  .type = VALUE_NONE,
	  .field = FIELD_PHYS_OIF },
	{ .name = "--physdev-out",
	  .type = VALUE_INTERFACE,
	  .field = FIELD_PHYS_OIF },
	{ .name = "--physdev-is-bridged",
	  .type = VALUE_NONE,
	  .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_physdev = {
	.name = "physdev",
	.options = options,
	.compile = compile,
};
