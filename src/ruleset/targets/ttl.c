#include "ruleset/option.h"

/* ttl_tg() of net/netfilter/xt_HL.c: the sum stops at 0 and 255. */
static int compile(struct build *b, const struct use *u)
{
	const struct argument *set = use_argument(u, "--ttl-set");
	const struct argument *less = use_argument(u, "--ttl-dec");
	const struct argument *more = use_argument(u, "--ttl-inc");
	struct action a = { .kind = ACTION_SET,
			    .field = FIELD_TTL,
			    .from = FIELD_COUNT,
			    .and_mask = set ? 0 : 0xff,
			    .text = b->text };

	if (set)
		a.xor_mask = set->ranges->range[0].first;
	if (less)
		a.add = -(int)less->ranges->range[0].first;
	if (more)
		a.add = (int)more->ranges->range[0].first;
	build_action(b, &a);
	return 0;
}

static const struct option options[] = {
	{ .name = "--ttl-set", .type = VALUE_NUMBER, .field = FIELD_TTL },
	{ .name = "--ttl-dec", .type = VALUE_NUMBER, .field = FIELD_TTL },
	{ .name = "--ttl-inc", .type = VALUE_NUMBER, .field = FIELD_TTL },
	{ 0 },
};

const struct target target_ttl = {
	.name = "TTL",
	.options = options,
	.compile = compile,
};
