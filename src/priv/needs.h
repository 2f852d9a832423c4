#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * The capabilities (capabilities(7)) that the process with rights keeps, each
 * with what it is kept for; all others are given up, also for the programs that
 * it starts. What reads untrusted bytes keeps none.
 */
struct need {
	int capability;   /* CAP_* of linux/capability.h */
	const char *name; /* "CAP_NET_ADMIN" */
	const char *why;  /* a sentence for the user, not translated yet */
};

/* NULL behind the last. */
const struct need *needs_at(size_t i);

/* Whether this process has it, now. */
bool needs_has(const struct need *n);

/* Gives up what is not in the table. Where this process is not root, programs
 * that it starts get what is kept as well. 0 or -errno. */
int needs_keep(void);

/* Gives up all, and for the programs that are started later too. Root's user id
 * is another matter (priv.h). 0 or -errno. */
int needs_drop(void);
