#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "base/text.h"

/*
 * Least privilege: what needs root is done by a process of its own, which was
 * forked before the first untrusted byte was read, reads none itself, and does
 * nothing but the tasks of a list that was fixed at its start. The caller gives
 * its rights up for good.
 *
 * The helper dies with its parent, also by SIGKILL, and leaves nothing.
 */
struct priv;

enum { PRIV_ASK_MOST = 1024, PRIV_FDS = 2, PRIV_ANSWER_MOST = 16 * 1024 };

/* What the helper does. Only it sees these: they run with all rights, and must
 * not trust what is asked. */
struct priv_task {
	/* Answers in bytes, and with descriptors (-1: none), which are closed
	 * once they are sent. 0 or -errno, which is passed on. */
	int (*run)(const void *ask, size_t len, struct text *answer,
		   int fds[PRIV_FDS]);
};

/*
 * Forks the helper, which keeps the capabilities of needs.h, then becomes the
 * user: groups, ids, no capability, and no way back. 0, or -errno with nothing
 * given up. user: a name, or "UID:GID"; NULL: "nobody"; who is not root, but has capabilities, stays
 * who he is without them.
 */
int priv_start(struct priv **ret, const struct priv_task *tasks, size_t count,
	       const char *user);

/* Has a task done; waits for it. Descriptors that come back are the caller's,
 * the others are -1. 0, the task's -errno, or -EPIPE: the helper is gone. */
int priv_ask(struct priv *p, size_t task, const void *ask, size_t len,
	     struct text *answer, int fds[PRIV_FDS]);

void priv_end(struct priv *p);
