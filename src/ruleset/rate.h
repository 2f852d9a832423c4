#pragma once

#include "ruleset/options.h"

/* Rates: "3/hour", "10/minute", as limit and hashlimit count them. */

/* Reads one, canonical. The kernel keeps the time between two packets in
 * units of 1/scale seconds, so that 60/min comes back as 1/sec. */
int rate_read(struct build *b, const char *value, uint64_t scale,
	      struct argument *ret);
