#include "ruleset/option.h"

/* In IPv6 the header is one of several, and no packet's words show it. */
static int compile(struct build *b, const struct use *u)
{
	if (b->is_v6)
		return build_use_variable(b, u, DOUBT_PAYLOAD);

	build_value(b, FIELD_FRAGMENT, 0);
	build_each(b, u);
	return 0;
}

static const struct option options[] = {
	{ .name = "--ahspi", .type = VALUE_NUMBER, .field = FIELD_SPI },
	{ .name = "--ahlen", .type = VALUE_NUMBER, .field = FIELD_COUNT },
	{ .name = "--ahres", .type = VALUE_NONE, .field = FIELD_COUNT },
	{ 0 },
};

const struct match match_ah = {
	.name = "ah",
	.options = options,
	.compile = compile,
};
