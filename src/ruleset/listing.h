#pragma once

#include "ruleset/read.h"

/*
 * `iptables -L`, with or without -n, -v, -x and --line-numbers, its column
 * heads in any language. Without -v interfaces are not shown: every such rule
 * is_incomplete and depends on a DOUBT_HIDDEN variable. A note says so,
 * once a text. Names of hosts that are not addresses become variables.
 */
int listing_read(struct ruleset *r, const char *file, const char *text,
		 size_t len, const struct read_hint *hint);
