#pragma once

#include <stddef.h>

#include "base/text.h"
#include "host/reader.h"
#include "priv/priv.h"

/*
 * What src/host asks of this machine, asked by a process that gave root's
 * rights up: the helper that kept them (priv/priv.h) answers, within what
 * host/guard.h lets it.
 */

/* For the list of tasks of priv_start(). */
int host_rights_task(const void *ask, size_t len, struct text *answer,
		     int fds[PRIV_FDS]);

/* A file without a name, for an answer that is long. A descriptor or -errno. */
int host_rights_file(void);

/* A reader for reader_use(), which has that task done; of its own rights it
 * asks what concerns itself (/proc/self), what all may read, and the notes that
 * the guard does not know. It is used once the helper is there: the helper's
 * own readers ask the machine. p stays the caller's. NULL: no memory. */
struct reader *host_rights_reader(struct priv *p, size_t task);
