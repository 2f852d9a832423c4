#include "ruleset/option.h"

/* A packet without a connection never has the mark, not even inverted
 * (net/netfilter/xt_connmark.c). */
static int compile(struct build *b, const struct use *u)
{
	build_tracked(b);
	build_each(b, u);
	return 0;
}

static const struct option options[] = {
	{ .name = "--mark", .type = VALUE_MARK, .field = FIELD_CT_MARK },
	{ 0 },
};

const struct match match_connmark = {
	.name = "connmark",
	.options = options,
	.compile = compile,
};
