#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

struct input;

/*
 * Finding the way back after damage: the next place where several records in a
 * row look right, each beginning where the one before ends.
 *
 * One record that looks right proves little (packets hold anything), but a
 * chain does. A short chain is enough where its times are near those of the
 * packets that were read before; another must be longer, because what was read
 * last may itself have been damaged. A chain that ends exactly with the input
 * may be shorter.
 */
#define RESYNC_NO_TIME INT64_MIN
#define RESYNC_CUT SIZE_MAX

struct resync_rule {
	/* Bytes of the whole record at c, if it can be one, or RESYNC_CUT if
	 * too few are there to tell; else 0. Its time, or RESYNC_NO_TIME, goes
	 * into ret_time_ns. */
	size_t (*judge)(const void *reader, struct cursor c,
			int64_t *ret_time_ns);
	const void *reader;
	int near; /* records in a row, when their times are near ours */
	int far;  /* ... when they are not */
};

/* Where in the next len unread bytes, from start on, such a chain begins; len
 * when it does nowhere. Reads no further. */
size_t resync_within(const struct input *in, const struct resync_rule *rule,
		     size_t start, size_t len);

/*
 * Moves back into the record that was taken last (in->back) if such a chain
 * begins inside it: then its length was wrong and took in whole records. As
 * resync_search().
 */
__attribute__((warn_unused_result)) int
resync_back(struct input *in, const struct resync_rule *rule);

/*
 * Moves to the next such chain that begins start or more bytes from here, and
 * reports how much was left out. 1, 0 when there is none (everything is taken
 * then), -errno.
 */
__attribute__((warn_unused_result)) int
resync_search(struct input *in, const struct resync_rule *rule, size_t start);

/* Whether data can be what the link type says. */
bool resync_link_fits(uint16_t link, struct cursor data);
