#include "trace/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace/unpack.h"

/*
 * What is left of one block when the next is read stands right before it, so
 * that every read goes to the same place. A block of this size and the packets
 * in it stay in the second-level cache until they have been looked at.
 */
#ifndef INPUT_BLOCK
#define INPUT_BLOCK ((size_t)256 * 1024)
#endif
enum { INPUT_PAGE = 4096 };

int input_init(struct input *in, struct unpack *unpack, const char *name,
	       struct problems *problems)
{
	*in = (struct input){ .unpack = unpack,
			      .name = name,
			      .problems = problems };
	in->buffer = aligned_alloc(INPUT_PAGE, INPUT_MOST + INPUT_BLOCK);
	if (!in->buffer) {
		input_done(in);
		return -ENOMEM;
	}

	in->unread = cursor_over(in->buffer + INPUT_MOST, 0);
	return 0;
}

void input_done(struct input *in)
{
	unpack_close(in->unpack);
	free(in->buffer);
	in->unpack = NULL;
	in->buffer = NULL;
}

/* Reads once. 0 or -errno. */
static int more(struct input *in)
{
	const uint8_t *limit = in->buffer + INPUT_MOST + INPUT_BLOCK;
	size_t left = cursor_left(&in->unread);
	size_t kept = left + in->back;
	size_t room = (size_t)(limit - in->unread.end);
	uint8_t *to = in->buffer + (in->unread.end - in->buffer);
	int r;

	/* A pipe gives little at a time: moving would cost more than that. */
	if (!left || room < kept || room < INPUT_PAGE) {
		to = in->buffer + INPUT_MOST;
		room = INPUT_BLOCK;
		memmove(to - kept, in->unread.pos - in->back, kept);
		in->unread = cursor_over(to - left, left);
	}

	r = unpack_read(in->unpack, to, room);
	if (r < 0)
		return r;

	in->ended = r == 0;
	in->unread.end += r;
	in->end += (uint64_t)r;
	return 0;
}

int input_need(struct input *in, size_t len)
{
	while (cursor_left(&in->unread) < len) {
		int r;

		if (in->ended)
			return 0;

		if (len > INPUT_MOST - in->back)
			return -EINVAL;

		r = more(in);
		if (r < 0)
			return r;
	}

	return 1;
}

int input_skip(struct input *in, uint64_t len)
{
	in->back = 0;
	for (;;) {
		size_t left = cursor_left(&in->unread);
		int r;

		if (left >= len) {
			cursor_skip(&in->unread, (size_t)len);
			return 1;
		}

		cursor_skip(&in->unread, left);
		len -= left;
		r = input_need(in, 1);
		if (r != 1)
			return r;
	}
}

void input_go_back(struct input *in)
{
	in->unread.pos -= in->back;
	in->back = 0;
}

struct problem input_place(const struct input *in)
{
	return (struct problem){ .file = in->name,
				 .packet = in->frames + 1,
				 .offset = input_offset(in) };
}
