#pragma once

#include "fix/ledger.h"

/*
 * A change of the host, from its beginning to its confirmation, by a process with
 * the rights to. At every moment, and after any crash, the host is as it was, or
 * as confirmed, or pending with a sentry who takes it back.
 */

/* Done: pending until o->confirm_within_s have passed. planned: the rules that the
 * candidate was made from (live_gather()); empty: it changes none. 0: *l is open. -EBUSY: another change is
 * pending; -ESTALE: the rules are others now; -EINVAL: no backup that counts can be
 * had; else -errno. Whenever it is not 0 nothing is changed, why says what was in
 * the way, and *l is closed. */
int apply_begin(struct ledger *l, struct arena *a, struct order *o,
		const struct text *planned, struct text *why);

/* Makes it last: only of one that waits for it. -ENOENT: it does not (any more).
 * Where a lasting step fails, all is taken back. 0 or -errno with why. */
int apply_confirm(struct ledger *l, const struct order *o, struct text *why);

/* Takes it back, pending or confirmed. 0 or -errno with why. */
int apply_undo(struct ledger *l, const struct order *o, struct text *why);

/* Gives up one that could not be taken back whole: it is left as it is, and nothing
 * waits any more. Only of such: -ENOENT. */
int apply_leave(struct ledger *l, struct text *why);

/* What a crash left pending whose time is over, or of before the last boot, is
 * taken back. How many were; or -errno with why. */
int apply_recover(struct text *why);
