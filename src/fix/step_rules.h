#pragma once

#include "base/text.h"
#include "fix/ledger.h"

/*
 * A step that changes rules. Only step*.c include this. 0 or -errno with why.
 */

/* Keeps the rules as they are just before it: what it goes back to; for the first of
 * an order it is the last look whether they are still those that it was made for:
 * else -ESTALE. */
int step_rules_keep(const struct ledger *l, const struct order *o, size_t i,
		    struct text *why);

int step_rules_do(const struct ledger *l, const struct order *o, size_t i,
		  struct text *why);

/* Where the rules are as they were, there is nothing to take back. p says whether it
 * is known to have been done. */
int step_rules_undo(const struct ledger *l, const struct order *o, size_t i,
		    const struct ledger_progress *p, bool is_other_boot,
		    struct text *why);
