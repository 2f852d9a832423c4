#include "ruleset/option.h"

/* hl_tg6() of net/netfilter/xt_HL.c: the sum stops at 0 and 255. */
static int compile(struct build *b, const struct use *u)
{
	const struct argument *set = use_argument(u, "--hl-set");
	const struct argument *less = use_argument(u, "--hl-dec");
	const struct argument *more = use_argument(u, "--hl-inc");
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
	{ .name = "--hl-set", .type = VALUE_NUMBER, .field = FIELD_TTL },
	{ .name = "--hl-dec", .type = VALUE_NUMBER, .field = FIELD_TTL },
	{ .name = "--hl-inc", .type = VALUE_NUMBER, .field = FIELD_TTL },
	{ 0 },
};

const struct target target_hl = {
	.name = "HL",
	.options = options,
	.compile = compile,
};
