#include <string.h>

#include "ruleset/option.h"

#define ECE 64
#define CWR 128

static int compile(struct build *b, const struct use *u)
{
	struct arena *arena = build_arena(b);

	for (size_t i = 0; i < u->count; i++) {
		const struct argument *a = &u->arguments[i];
		u128 bit = strcmp(a->option->name, "--ecn-tcp-cwr") == 0 ? CWR
									 : ECE;

		if (a->option->type == VALUE_NONE)
			build_masked(b, FIELD_TCP_FLAGS, bit,
				     ranges_one(arena, bit, bit), a->inverted);
		else
			build_masked(b, FIELD_TOS, 3, a->ranges, a->inverted);
	}

	return 0;
}

static const struct option options[] = {
	{ .name = "--ecn-tcp-ece",
	  .type = VALUE_NONE,
	  .field = FIELD_TCP_FLAGS },
	{ .name = "--ecn-tcp-cwr",
	  .type = VALUE_NONE,
	  .field = FIELD_TCP_FLAGS },
	{ .name = "--ecn-ip-ect", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_ecn = {
	.name = "ecn",
	.options = options,
	.compile = compile,
};
