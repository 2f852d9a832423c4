#include "ruleset/hops.h"

void hops_action(struct build *b, const struct use *u, const char *set,
		 const char *less, const char *more)
{
	const struct argument *to = use_argument(u, set);
	const struct argument *down = use_argument(u, less);
	const struct argument *up = use_argument(u, more);
	struct action a = { .kind = ACTION_SET,
			    .field = FIELD_TTL,
			    .from = FIELD_COUNT,
			    .and_mask = to ? 0 : 0xff,
			    .text = b->text };

	if (to)
		a.xor_mask = to->ranges->range[0].first;
	if (down)
		a.add = -(int)down->ranges->range[0].first;
	if (up)
		a.add = (int)up->ranges->range[0].first;
	build_action(b, &a);
}
