#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/*
 * What a process of its own writes for this one while it goes on: packets, the
 * kernel's reports, a trace of rules (live_capture_start(), drops_start(),
 * nftrace_start()). It has a file, which can be read while it grows, and a
 * socket: the first byte says that it is armed, or else the errno; later ones,
 * that more was written. When our writing end is shut down it writes what is
 * left and closes.
 */
struct recording {
	int file, control; /* -1: none */
	bool is_armed;
	bool is_ended; /* by itself */
};

/* None at all. */
struct recording recording_none(void);

/* Of one that was begun; its descriptors are this one's from now on. */
struct recording recording_of(int file, int control);

/* Waits at most so long for the first byte. 0: it is armed; -ETIMEDOUT: not yet;
 * -errno: why it will not be. */
int recording_wait(struct recording *r, int64_t timeout_ns);

/* Takes the bytes that came, without waiting: whether more was written. */
bool recording_has_more(struct recording *r);

/* What has been written until now. 0 with *size 0: nothing. -errno. */
int recording_map(const struct recording *r, void **data, size_t *size);
void recording_unmap(void *data, size_t size);

/* The same, appended, as a part of what is asked of the host: saved with it, and
 * of a saved one what was saved (reader_note()). r may be none there. */
int recording_note(const struct recording *r, const char *key,
		   struct text *ret);

/* Lets it write what is left, and close. Reading goes on. */
void recording_finish(struct recording *r);
/* Ends it all. */
void recording_done(struct recording *r);
