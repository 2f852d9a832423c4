#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/problem.h"

struct unpack;

/*
 * The unpacked bytes of one capture, as a window that moves forward over them,
 * and how far its reader got. The readers (savefile.h, blocks.h) take bytes off
 * "unread" and let frames point into it; it stays where it is until one asks
 * for more.
 */
struct input {
	struct cursor unread; /* in memory, not taken yet */
	uint64_t end;         /* of unread, in the unpacked bytes */
	bool ended;           /* nothing comes behind unread */
	size_t back;          /* bytes taken last that still stand before it */

	uint64_t back_seen; /* up to here nobody need go back again */

	uint64_t frames;           /* delivered so far */
	int64_t first_ns, last_ns; /* their times; only when frames > 0 */
	uint64_t skipped;          /* bytes left out because of damage */

	const char *name;
	struct problems *problems;
	struct unpack *unpack;
	uint8_t *buffer;
};

/* The most that input_need() can be asked for, with "back": five of the longest
 * records, and some. */
#define INPUT_MOST ((size_t)3 << 19)

/* Takes the unpack over, also when it fails. 0 or -ENOMEM. */
__attribute__((warn_unused_result)) int input_init(struct input *in,
						   struct unpack *unpack,
						   const char *name,
						   struct problems *problems);
void input_done(struct input *in);

/* Makes len bytes stand in unread. 1, 0 when the input ends before, -errno.
 * Moves what is unread; frames that point there are lost. */
__attribute__((warn_unused_result)) int input_need(struct input *in,
						   size_t len);

/* Takes len bytes off, of any number. As input_need(). */
__attribute__((warn_unused_result)) int input_skip(struct input *in,
						   uint64_t len);

/* Gives back what was taken last, as far as it was said to be in "back". */
void input_go_back(struct input *in);

/* Where the next unread byte stands in the unpacked bytes. */
static inline uint64_t input_offset(const struct input *in)
{
	return in->end - cursor_left(&in->unread);
}

/* For a problem with the next packet, at the next unread byte. */
struct problem input_place(const struct input *in);
