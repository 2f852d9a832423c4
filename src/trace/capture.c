#include "trace/capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/problem.h"
#include "net/frame.h"
#include "trace/blocks.h"
#include "trace/capture_memory.h"
#include "trace/foreign.h"
#include "trace/input.h"
#include "trace/savefile.h"
#include "trace/unpack.h"

/*
 * Theory of operation: unpack.c gives the bytes, unpacked; input.c keeps a
 * window over them; savefile.c (pcap) and blocks.c (pcapng) cut records out of
 * the window, and call resync.c when there is none where one should be. Here
 * only the beginning is looked at, to choose between the two.
 */
enum kind { KIND_NONE, KIND_SAVEFILE, KIND_BLOCKS };

struct capture {
	enum kind kind;
	struct input in;
	struct savefile savefile;
	struct blocks blocks;
};

static void tell_foreign(const struct capture *c)
{
	foreign_tell(c->in.problems, c->in.name, c->in.unread);
}

/* 0, CAPTURE_NOT_ONE or -errno. */
static int recognise(struct capture *c)
{
	int r = input_need(&c->in, FOREIGN_MAGIC);

	if (r < 0)
		return r;

	if (savefile_begins(c->in.unread)) {
		c->kind = KIND_SAVEFILE;
		return savefile_start(&c->savefile, &c->in);
	}

	if (blocks_begins(c->in.unread)) {
		c->kind = KIND_BLOCKS;
		return blocks_start(&c->blocks, &c->in);
	}

	tell_foreign(c);
	return CAPTURE_NOT_ONE;
}

static int open_unpacked(struct capture **ret, struct unpack *unpack,
			 const char *name, struct problems *problems)
{
	struct capture *c = calloc(1, sizeof(*c));
	int r;

	if (!c) {
		unpack_close(unpack);
		return -ENOMEM;
	}

	r = input_init(&c->in, unpack, name, problems);
	if (r == 0)
		r = recognise(c);
	if (r < 0) {
		capture_close(c);
		return r;
	}

	*ret = c;
	return r;
}

int capture_open(struct capture **ret, const char *path,
		 struct problems *problems)
{
	struct unpack *unpack;
	int r = unpack_open(&unpack, path, problems);

	return r < 0 ? r : open_unpacked(ret, unpack, path, problems);
}

int capture_open_memory(struct capture **ret, const void *data, size_t size,
			size_t step, const char *name,
			struct problems *problems)
{
	struct unpack *unpack;
	int r = unpack_open_memory(&unpack, data, size, step);

	if (r < 0)
		return r;

	unpack_name(unpack, name, problems);
	return open_unpacked(ret, unpack, name, problems);
}

void capture_close(struct capture *c)
{
	if (!c)
		return;

	blocks_done(&c->blocks);
	input_done(&c->in);
	free(c);
}

static int next(struct capture *c, struct frame *ret, int max)
{
	switch (c->kind) {
	case KIND_NONE:
		break;
	case KIND_SAVEFILE:
		return savefile_next(&c->savefile, &c->in, ret, max);
	case KIND_BLOCKS:
		return blocks_next(&c->blocks, &c->in, ret, max);
	}

	return 0;
}

int capture_next(struct capture *c, struct frame *ret, int max)
{
	bool is_first = c->in.frames == 0;
	int count = max > 0 ? next(c, ret, max) : 0;

	if (count <= 0)
		return count;

	if (is_first)
		c->in.first_ns = ret[0].time_ns;
	c->in.last_ns = ret[count - 1].time_ns;
	return count;
}

int capture_unread(struct capture *c, void *data, int size)
{
	size_t len;
	int r;

	if (size <= 0)
		return 0;

	r = input_need(&c->in, 1);
	if (r != 1)
		return r;

	len = cursor_left(&c->in.unread);
	len = len < (size_t)size ? len : (size_t)size;
	memmove(data, cursor_bytes(&c->in.unread, len), len);
	return (int)len;
}

void capture_about(const struct capture *c, struct capture_about *ret)
{
	*ret = (struct capture_about){
		.link = -1,
		.is_pcapng = c->kind == KIND_BLOCKS,
		.size = unpack_size(c->in.unpack),
		.done = unpack_done(c->in.unpack),
		.skipped = c->in.skipped,
	};

	if (c->kind == KIND_SAVEFILE && c->savefile.snaplen) {
		ret->link = c->savefile.link;
		ret->snaplen = c->savefile.snaplen;
	} else if (c->kind == KIND_BLOCKS && c->blocks.has_interface) {
		ret->link = c->blocks.first_link;
		ret->snaplen = c->blocks.first_snaplen;
	}
}
