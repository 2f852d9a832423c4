#include "cli/host_rights.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/file.h"
#include "host/guard.h"
#include "host/reader_direct.h"

/* A question: kind, family, most bytes (4), path with its zero, request. An
 * answer: the error (4), then the bytes; or these in a file of memory. */
enum { ERROR_BYTES = 4 };

static void put_number(struct text *t, uint32_t value)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		text_char(t, (char)(value >> shift));
}

static void put_question(struct text *t, const struct reader_question *q)
{
	text_char(t, (char)q->kind);
	text_char(t, (char)q->family);
	put_number(t, q->most < UINT32_MAX ? (uint32_t)q->most : UINT32_MAX);
	text_bytes(t, q->path, strlen(q->path) + 1);
	text_bytes(t, q->request, q->len);
}

/* What is read may be anything: guard.h judges it. False: it is no question. */
static bool read_question(struct cursor c, struct reader_question *ret)
{
	uint8_t kind = cursor_u8(&c);
	int family = cursor_u8(&c);
	size_t most = cursor_be32(&c), left = cursor_left(&c);
	const void *zero = left ? memchr(c.pos, 0, left) : NULL;

	if (!zero || kind >= READER_KINDS)
		return false;

	*ret = (struct reader_question){ .kind = (enum reader_kind)kind,
					 .family = family,
					 .most = most,
					 .path = (const char *)c.pos };
	cursor_skip(&c, strlen(ret->path) + 1);
	ret->len = cursor_left(&c);
	ret->request = cursor_bytes(&c, ret->len);
	return cursor_ok(&c);
}

/* Kernels before 3.17 have no files of memory: one without a name does it. */
int host_rights_file(void)
{
	int fd = memfd_create("answer", MFD_CLOEXEC);
	FILE *f;

	if (fd >= 0 || errno != ENOSYS)
		return fd < 0 ? -errno : fd;

	f = tmpfile();
	if (!f)
		return -errno;

	fd = fcntl(fileno(f), F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		fd = -errno;
	(void)fclose(f);
	return fd;
}

static int to_memory(const struct text *t)
{
	int fd = host_rights_file();
	int error;

	if (fd < 0)
		return fd;

	error = file_write(fd, t->data, t->len);
	if (!error && lseek(fd, 0, SEEK_SET) < 0)
		error = -errno;
	if (!error)
		return fd;

	(void)close(fd);
	return error;
}

int host_rights_task(const void *ask, size_t len, struct text *answer,
		     int fds[PRIV_FDS])
{
	struct reader *guard = guard_reader();
	struct text bytes = TEXT_NULL;
	struct reader_question q;
	int error, failed = 0, fd = -1;

	if (!read_question(cursor_over(ask, len), &q))
		return -EINVAL;

	error = guard->ask(guard, &q, &bytes);
	if (!text_ok(&bytes))
		error = -ENOMEM;
	put_number(answer, (uint32_t)error);
	if (bytes.len > PRIV_ANSWER_MOST - ERROR_BYTES)
		failed = fd = to_memory(&bytes);
	else
		text_bytes(answer, bytes.data, bytes.len);
	text_done(&bytes);
	if (fd >= 0)
		fds[0] = fd;
	return failed < 0 ? failed : 0;
}

struct asking {
	struct reader reader; /* at the start: it is found by that */
	struct priv *priv;
	size_t task;
};

static int take_answer(const struct text *t, int fd, struct text *answer)
{
	struct cursor c = cursor_over(t->data, t->len);
	int error = (int32_t)cursor_be32(&c);
	int failed = 0;

	if (fd >= 0)
		failed = file_read(answer, fd, READER_ANSWER_MOST);
	else if (cursor_left(&c))
		text_bytes(answer, c.pos, cursor_left(&c));
	if (!cursor_ok(&c))
		return -EIO;

	return failed ? failed : error;
}

static int ask_helper(const struct asking *a, const struct reader_question *q,
		      struct text *answer)
{
	struct text question = TEXT_NULL, t = TEXT_NULL;
	int fds[PRIV_FDS] = { -1, -1 };
	int error = -ENOMEM;

	put_question(&question, q);
	if (text_ok(&question))
		error = priv_ask(a->priv, a->task, question.data, question.len,
				 &t, fds);
	if (!error)
		error = take_answer(&t, fds[0], answer);
	for (int i = 0; i < PRIV_FDS; i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
	text_done(&question);
	text_done(&t);
	return error;
}

static int ask_self(const struct reader_question *q, struct text *answer)
{
	struct reader *direct = reader_direct();

	return direct->ask(direct, q, answer);
}

static bool begins(const char *path, const char *with)
{
	return strncmp(path, with, strlen(with)) == 0;
}

/* The helper's /proc/self is not ours, but for the network, which we share. */
static bool is_own(const struct reader_question *q)
{
	return q->kind != READER_NETLINK && q->kind != READER_NOTE &&
	       ((begins(q->path, "/proc/self/") &&
		 !begins(q->path, "/proc/self/net/")) ||
		begins(q->path, "/proc/thread-self/"));
}

/* Elsewhere nearly all is open to all, and needs no second process. */
static bool is_mostly_open(const struct reader_question *q)
{
	return q->kind != READER_NETLINK && q->kind != READER_NOTE &&
	       !begins(q->path, "/proc/") && !begins(q->path, "/sys/");
}

static int ask(struct reader *r, const struct reader_question *q,
	       struct text *answer)
{
	const struct asking *a = (const struct asking *)r;
	bool is_open = is_mostly_open(q);
	int error;

	if (is_own(q))
		return ask_self(q, answer);

	error = is_open ? ask_self(q, answer) : ask_helper(a, q, answer);
	if ((error != -EACCES && error != -EPERM) || q->kind == READER_NETLINK)
		return error;

	return is_open ? ask_helper(a, q, answer) : ask_self(q, answer);
}

static void end(struct reader *r)
{
	free((struct asking *)r);
}

struct reader *host_rights_reader(struct priv *p, size_t task)
{
	struct asking *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;

	*a = (struct asking){ .reader = { ask, end }, .priv = p, .task = task };
	return &a->reader;
}
