#pragma once

#include "fix/ledger.h"

/*
 * The sentry: takes a change back when nobody confirmed it in time. It is there
 * before anything is changed, has a session of its own, hears no signal but
 * SIGKILL, and has read all that it needs. There are two of it, each watching the
 * other: one that is killed is replaced. Both end when the ledger says that the
 * change is settled.
 *
 * When both are killed at once, or the host is, the ledger still says what is
 * pending: the next run, a timer of systemd's and the boot hook (boot_hook.h) take it
 * back.
 */

/* The order's change is taken back at its deadline, on the boot clock. 0: they
 * stand there; -errno: nobody does. */
int sentry_start(const struct ledger *l, const struct order *o);
