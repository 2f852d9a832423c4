#pragma once

#include "base/text.h"
#include "fix/ledger.h"

/*
 * The tools that carry a step out. Only step*.c include this.
 */
enum { STEP_TOOL_MS = 20000, STEP_RESTART_MS = 90000 };

/* input, echo (what it printed) may be NULL. 0; -ENOENT: it is not installed; -EIO
 * with why: it failed. */
int step_tool_run(const char *const *argv, const char *input, int limit_ms,
		  struct text *echo, struct text *why);

/* A tool outlives who began it and was killed, and may do its work long after: so
 * it has this lock as long as it runs, and nothing else is begun until it ended.
 * The descriptor, or -errno. */
int step_tool_lock(const struct ledger *l);
