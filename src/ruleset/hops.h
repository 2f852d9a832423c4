#pragma once

#include "ruleset/option.h"

/* The action of TTL and HL, which differ in their options' names: ttl_tg() and
 * hl_tg6() of net/netfilter/xt_HL.c; the sum stops at 0 and 255. */
void hops_action(struct build *b, const struct use *u, const char *set,
		 const char *less, const char *more);
