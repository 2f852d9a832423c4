#include "ruleset/option.h"

/* Kept word for word: nodes drop what is for others. */
const struct target target_clusterip = {
	.name = "CLUSTERIP",
	.unknown = "which node answers",
};
