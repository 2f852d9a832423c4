#include "ruleset/option.h"

/* Kept word for word: segment routing headers are in no packet's words. */
const struct match match_srh = {
	.name = "srh",
	.is_variable = true,
	.doubt = DOUBT_PAYLOAD,
};
