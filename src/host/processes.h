#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/*
 * One thing of every process there is, by one question: a question for each
 * costs more than the answer on a host with many. What is read may be written
 * by anybody.
 */
struct processes_one {
	const char *pid;
	const char *what; /* NULL: it may not be read */
};

/* what: "comm", its name; or "ns/net", where that leads. Those that end
 * meanwhile are left out. 0 or -errno. */
int processes_read(const char *what, struct text *ret);

/* The next of these from *at on. False: there is none. */
bool processes_next(struct text *all, size_t *at, struct processes_one *ret);

/* For host/guard.h, whose process answers for others. */
int processes_answer(const char *what, struct text *ret);
