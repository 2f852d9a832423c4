#include "ruleset/option.h"

/* Whether the header is there, and of which type, is in the packet's words;
 * what else it says is not (net/ipv6/netfilter/ip6t_rt.c). */
static int compile(struct build *b, const struct use *u)
{
	const struct argument *type = use_argument(u, "--rt-type");

	build_ranges(
		b, FIELD_ROUTING,
		ranges_one(b->ruleset->arena, 1, field_last(FIELD_ROUTING)),
		false);
	if (type) {
		const struct range *r = &type->ranges->range[0];

		build_ranges(b, FIELD_ROUTING,
			     ranges_one(b->ruleset->arena, r->first + 1,
					r->last + 1),
			     type->inverted);
	}
	if (u->count > (type != NULL))
		return build_use_variable(b, u, DOUBT_PAYLOAD);
	return 0;
}

static const struct option options[] = {
	{ .name = "--rt-type", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--rt-segsleft", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--rt-len", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--rt-0-res", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ .name = "--rt-0-addrs",
	  .type = VALUE_STRING,
	  .field = FIELD_COUNT,
	  .read = option_as_it_is },
	{ .name = "--rt-0-not-strict",
	  .type = VALUE_NONE,
	  .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_rt = {
	.name = "rt",
	.options = options,
	.compile = compile,
};
