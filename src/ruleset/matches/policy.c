#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "ruleset/option.h"

static const struct choice directions[] = { { "in", FIELD_IPSEC_IN },
					    { "out", FIELD_IPSEC_OUT },
					    { 0 } };

static const struct choice policies[] = { { "none", 0 },
					  { "ipsec", 1 },
					  { 0 } };

/* That a packet is protected is asked of it; by what, only the host knows. */
static int compile(struct build *b, const struct use *u)
{
	const struct argument *dir = use_argument(u, "--dir");
	const struct argument *pol = use_argument(u, "--pol");

	if (!dir || !pol)
		return build_use_variable(b, u, DOUBT_HOST);

	build_ranges(b, (enum field)dir->ranges->range[0].first, pol->ranges,
		     false);
	return u->count > 2 ? build_use_variable(b, u, DOUBT_HOST) : 0;
}

/* Within an element the table's order holds; --next parts them. */
static int settle(struct build *b, struct use *u)
{
	struct argument *list =
		arena_alloc(build_arena(b), (u->count + 1) * sizeof(*list));

	if (!list)
		return -ENOMEM;

	for (size_t i = 0; i < u->count; i++) {
		struct argument a = u->arguments[i];
		size_t at = i;

		for (; at && strcmp(list[at - 1].option->name, "--next") != 0 &&
		       list[at - 1].option > a.option;
		     at--)
			list[at] = list[at - 1];
		list[at] = a;
	}

	u->arguments = list;
	return 0;
}

static const struct option options[] = {
	{ .name = "--dir",
	  .type = VALUE_CHOICE,
	  .field = FIELD_COUNT,
	  .choices = directions },
	{ .name = "--pol",
	  .type = VALUE_CHOICE,
	  .field = FIELD_COUNT,
	  .choices = policies },
	{ .name = "--strict", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--reqid", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--spi", .type = VALUE_MARK, .field = FIELD_COUNT },
	{ .name = "--proto", .type = VALUE_PROTOCOL, .field = FIELD_COUNT },
	{ .name = "--mode",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--tunnel-dst",
	  .type = VALUE_ADDRESS,
	  .field = FIELD_COUNT,
	  .is_plain = true },
	{ .name = "--tunnel-src",
	  .type = VALUE_ADDRESS,
	  .field = FIELD_COUNT,
	  .is_plain = true },
	{ .name = "--next", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_policy = {
	.name = "policy",
	.options = options,
	.keeps_order = true,
	.settle = settle,
	.compile = compile,
};
