#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/*
 * The signals that an order may send: "kill -HUP 1234", -CONT and -STOP. We send
 * them ourselves, not kill(1): a number is another process's once its own has
 * ended, and what stands in a ledger may be old.
 */

/* Whether it is one of these, for one process. */
bool step_signal_is(const char *const *argv);

/* Sends it, if that process was there at that time (clock_wall()) already. 0;
 * -ESRCH with why: it is gone; -errno with why. */
int step_signal_send(const char *const *argv, int64_t at_ns, struct text *why);
