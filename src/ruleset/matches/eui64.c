#include "ruleset/option.h"

/* Whether the address was made of the MAC address. */
static const struct option options[] = {
	{ 0 },
};

const struct match match_eui64 = {
	.name = "eui64",
	.options = options,
	.is_variable = true,
	.doubt = DOUBT_PAYLOAD,
};
