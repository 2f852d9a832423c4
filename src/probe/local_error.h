#pragma once

#include "fact/fact.h"
#include "probe/knock.h"

/* The own kernel's refusal as a fact, by what was being done and its errno;
 * FACT_NONE for one that has no fact of its own. */
enum fact_kind local_error_fact(enum knock_stage stage, int err);

/* "connect", "bind" or "socket": the call that failed. */
const char *local_error_call(enum knock_stage stage);
