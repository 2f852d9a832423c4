#include "ruleset/option.h"

/* Kept word for word: its answer is in no packet. */
const struct match match_rateest = {
	.name = "rateest",
	.is_variable = true,
	.doubt = DOUBT_RATE,
};
