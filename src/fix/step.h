#pragma once

#include "base/text.h"
#include "fix/ledger.h"

/*
 * One step of an order, done or taken back, by a process with the rights to.
 * Both may be called again after a crash: what is not there is not taken back.
 */

/* Its script, file or command; notes of it go to the ledger. 0, or -errno with why
 * (the tool's own words); then nothing of it was done, as far as its tool keeps to
 * what it says. */
int step_do(const struct ledger *l, const struct order *o, size_t i,
	    struct text *why);

/* p: what the ledger says of it. After another boot, what only the kernel held is
 * gone, unless that boot found what was to last. 0 or -errno with why. */
int step_take_back(const struct ledger *l, const struct order *o, size_t i,
		   const struct ledger_progress *p, struct text *why);

/* What was kept to go back (replace.h) is removed: it is going to last. */
void step_forget_all(const struct order *o);

/* Takes back all that was begun, last first, and notes the outcome: UNDONE, or
 * STUCK after some tries. The caller has the ledger's lock. 0 or -errno with why:
 * of the first that failed. */
int step_undo_all(const struct ledger *l, const struct order *o,
		  struct text *why);

/* Does those of one time, in their order; at the first that fails: -errno. */
int step_do_all(const struct ledger *l, const struct order *o, bool is_lasting,
		struct text *why);
