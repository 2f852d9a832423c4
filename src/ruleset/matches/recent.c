#include "ruleset/options.h"

/* --set notes the address, and holds for every packet. */
static int compile(struct build *b, const struct use *u)
{
	const struct argument *set = use_argument(u, "--set");

	if (set && !set->inverted)
		return 0;
	return build_use_variable(b, u, DOUBT_RECENT);
}

/* --rsource is what is meant without --rdest, and always printed. */
static int settle(struct build *b, struct use *u)
{
	if (use_argument(u, "--rsource") || use_argument(u, "--rdest"))
		return 0;
	return options_add(b, u, "--rsource", "");
}

static const struct option options[] = {
	{ .name = "--set", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--rcheck", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--update", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--remove", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--seconds", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--reap", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--hitcount", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--rttl", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--name",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .always = "DEFAULT" },
	{ .name = "--mask",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is,
	  .always = "255.255.255.255",
	  .always_v6 = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ .name = "--rsource", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--rdest", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_recent = {
	.name = "recent",
	.options = options,
	.settle = settle,
	.compile = compile,
};
