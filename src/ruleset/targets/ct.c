#include "ruleset/option.h"

static int compile(struct build *b, const struct use *u)
{
	struct action a = { .kind = ACTION_NONE, .text = b->text };

	if (use_argument(u, "--notrack"))
		a.kind = ACTION_NOTRACK;
	build_action(b, &a);
	return 0;
}

static const struct option options[] = {
	{ .name = "--notrack", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--helper",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--timeout",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--ctevents",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--expevents",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--zone-orig",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--zone-reply",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--zone",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ 0 },
};

const struct target target_ct = {
	.name = "CT",
	.options = options,
	.compile = compile,
};
