#include "ruleset/option.h"

/* Kept word for word: the mark is a hash of the packet. */
const struct target target_hmark = {
	.name = "HMARK",
	.unknown = "a mark by hash",
};
