#include "trace/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/i18n.h"
#include "base/problem.h"
#include "trace/unpackers.h"

/* The first read is only for the magic number, and short, so that the others
 * begin at a page of the file and go straight where they are wanted. */
enum { UNPACK_FIRST = 4096, UNPACK_RAW = 128 * 1024 };

struct unpack {
	int fd;        /* -1: memory */
	bool keeps_fd; /* standard input is not ours to close */
	struct cursor memory;
	size_t step;

	const struct unpacker *how; /* NULL: not packed */
	void *state;
	bool inside;    /* a packed stream was begun and is not complete */
	bool ended;     /* nothing more comes out */
	bool raw_ended; /* nothing more goes in */
	uint64_t done;
	uint64_t size;

	const char *name;
	struct problems *problems;
	struct cursor raw; /* in buffer, not used yet */
	uint8_t buffer[UNPACK_RAW];
};

static ssize_t read_memory(struct unpack *u, uint8_t *data, size_t size)
{
	size_t len = cursor_left(&u->memory);

	len = len < size ? len : size;
	len = len < u->step ? len : u->step;
	if (len)
		memmove(data, cursor_bytes(&u->memory, len), len);

	return (ssize_t)len;
}

/* Bytes as they are in the file. */
static int read_raw(struct unpack *u, uint8_t *data, size_t size)
{
	ssize_t len;

	size = size < INT_MAX ? size : INT_MAX;
	do {
		len = u->fd < 0 ? read_memory(u, data, size)
				: read(u->fd, data, size);
	} while (len < 0 && errno == EINTR);

	if (len < 0)
		return -errno;

	u->done += (uint64_t)len;
	if (!len)
		u->raw_ended = true;
	return (int)len;
}

/* At least len bytes in u->raw, unless the file ends before. 0 or -errno. */
static int fill_raw(struct unpack *u, size_t len, size_t size)
{
	while (cursor_left(&u->raw) < len && !u->raw_ended) {
		size_t left = cursor_left(&u->raw);
		int r;

		if (left)
			memmove(u->buffer, u->raw.pos, left);
		r = read_raw(u, u->buffer + left, size - left);
		u->raw = cursor_over(u->buffer, left + (size_t)(r > 0 ? r : 0));
		if (r < 0)
			return r;
	}

	return 0;
}

static struct problem place(const struct unpack *u)
{
	return (struct problem){ .file = u->name,
				 .offset = u->done - cursor_left(&u->raw) };
}

static void tell_broken(const struct unpack *u, const char *why)
{
	struct problem here = place(u);

	if (why) {
		problems_add(
			u->problems, &here,
			_("the %s data is damaged here (%s); what comes after cannot be unpacked"),
			u->how->name, why);
	} else {
		problems_add(
			u->problems, &here,
			_("the %s data is damaged here; what comes after cannot be unpacked"),
			u->how->name);
	}
}

static void tell_cut(const struct unpack *u)
{
	struct problem here = place(u);

	problems_add(u->problems, &here,
		     _("the %s data is cut off here, its end is missing"),
		     u->how->name);
}

/* Behind a whole packed stream: nothing, padding, or another one. */
static int begin(struct unpack *u)
{
	struct problem here;

	for (;;) {
		int r = fill_raw(u, UNPACKERS_MAGIC, sizeof(u->buffer));

		if (r < 0)
			return r;

		if (!cursor_left(&u->raw)) {
			u->ended = true;
			return 0;
		}

		if (cursor_peek(&u->raw) != 0)
			break;

		cursor_skip(&u->raw, 1);
	}

	if (unpackers_find(u->raw.pos, cursor_left(&u->raw)) == u->how) {
		u->inside = true;
		return 0;
	}

	here = place(u);
	problems_add(
		u->problems, &here,
		_("what follows the %s data here is no %s data; it was left out"),
		u->how->name, u->how->name);
	u->ended = true;
	return 0;
}

/* One step of unpacking. The bytes that came out, or -errno. */
static int step(struct unpack *u, uint8_t *data, size_t size)
{
	struct unpackers_io io;
	enum unpackers_answer answer;
	size_t used;
	int r = fill_raw(u, 1, sizeof(u->buffer));

	if (r < 0)
		return r;

	io.out = data;
	io.out_len = size;
	io.why = NULL;
	io.in = u->raw.pos;
	io.in_len = cursor_left(&u->raw);
	answer = u->how->step(u->state, &io);
	used = cursor_left(&u->raw) - io.in_len;
	cursor_skip(&u->raw, used);

	if (answer == UNPACKERS_BROKEN) {
		tell_broken(u, io.why);
		u->ended = true;
	} else if (answer == UNPACKERS_END) {
		u->inside = false;
	} else if (!used && io.out_len == size && u->raw_ended) {
		tell_cut(u);
		u->ended = true;
	}

	return (int)(size - io.out_len);
}

static int read_packed(struct unpack *u, uint8_t *data, size_t size)
{
	int r = 0;

	while (!r && !u->ended) {
		if (!u->inside) {
			r = begin(u);
		} else {
			r = step(u, data, size);
		}
	}

	return r;
}

int unpack_read(struct unpack *u, uint8_t *data, size_t size)
{
	size_t left = cursor_left(&u->raw);

	if (u->how)
		return read_packed(u, data, size < INT_MAX ? size : INT_MAX);

	if (!left)
		return u->raw_ended ? 0 : read_raw(u, data, size);

	left = left < size ? left : size;
	memmove(data, cursor_bytes(&u->raw, left), left);
	return (int)left;
}

static struct unpack *new_unpack(void)
{
	struct unpack *u = calloc(1, sizeof(*u));

	if (u)
		u->fd = -1;
	return u;
}

static int recognise(struct unpack *u)
{
	int r = fill_raw(u, UNPACKERS_MAGIC, UNPACK_FIRST);

	if (r < 0 || !cursor_left(&u->raw))
		return r;

	u->how = unpackers_find(u->raw.pos, cursor_left(&u->raw));
	if (!u->how)
		return 0;

	u->inside = true;
	u->state = u->how->open();
	return u->state ? 0 : -ENOMEM;
}

static int open_file(struct unpack *u, const char *path)
{
	struct stat st;

	u->keeps_fd = strcmp(path, "-") == 0;
	u->fd = u->keeps_fd ? STDIN_FILENO
			    : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (u->fd < 0 || fstat(u->fd, &st) < 0)
		return -errno;

	if (S_ISDIR(st.st_mode))
		return -EISDIR;

	if (S_ISREG(st.st_mode)) {
		u->size = (uint64_t)st.st_size;
		(void)posix_fadvise(u->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	}

	return recognise(u);
}

int unpack_open(struct unpack **ret, const char *path,
		struct problems *problems)
{
	struct unpack *u = new_unpack();
	int r;

	if (!u)
		return -ENOMEM;

	unpack_name(u, path, problems);
	r = open_file(u, path);
	if (r < 0) {
		unpack_close(u);
		return r;
	}

	*ret = u;
	return 0;
}

int unpack_open_memory(struct unpack **ret, const void *data, size_t size,
		       size_t step)
{
	struct unpack *u = new_unpack();
	int r;

	if (!u)
		return -ENOMEM;

	u->memory = cursor_over(data, size);
	u->step = step;
	u->size = size;
	r = recognise(u);
	if (r < 0) {
		unpack_close(u);
		return r;
	}

	*ret = u;
	return 0;
}

void unpack_name(struct unpack *u, const char *name, struct problems *problems)
{
	u->name = name;
	u->problems = problems;
}

void unpack_close(struct unpack *u)
{
	if (!u)
		return;

	if (u->state)
		u->how->close(u->state);
	if (u->fd >= 0 && !u->keeps_fd)
		(void)close(u->fd);
	free(u);
}

uint64_t unpack_done(const struct unpack *u)
{
	return u->done;
}

uint64_t unpack_size(const struct unpack *u)
{
	return u->size;
}
