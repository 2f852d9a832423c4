#include "host/owners.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cursor.h"
#include "base/text.h"
#include "host/reader.h"

#define LASTS_NS (800 * (int64_t)CLOCK_MILLISECOND)

enum { FIRST_ROOM = 8 };

static const char prefix[] = "socket:[";

/* Decimal digits, up to what ends them; false: it is no number. */
static bool number(const char *s, char end, uint32_t *ret)
{
	char *behind;
	unsigned long value;

	if (*s < '0' || *s > '9')
		return false;

	errno = 0;
	value = strtoul(s, &behind, 10);
	*ret = (uint32_t)value;
	return !errno && *behind == end && value <= UINT32_MAX;
}

static bool is_wanted(const uint32_t *inodes, size_t count, uint32_t inode)
{
	for (size_t i = 0; i < count; i++)
		if (inodes[i] == inode)
			return true;

	return !inodes;
}

static int add(struct owners *o, struct owner one)
{
	if (o->count == o->room) {
		size_t room = o->room ? o->room * 2 : FIRST_ROOM;
		struct owner *more = realloc(o->list, room * sizeof(*o->list));

		if (!more)
			return -ENOMEM;
		o->list = more;
		o->room = room;
	}

	o->list[o->count++] = one;
	return 0;
}

/*
 * How they are answered: 1 where some process could not be looked into, else 0
 * (1); then for each descriptor its inode, process and number (4 each). All of
 * them are one question, not one for each process.
 */
enum { TARGET = 32 };

static void put_number(struct text *t, uint32_t value)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		text_char(t, (char)(value >> shift));
}

static void put_socket(struct text *ret, int folder, const char *name,
		       uint32_t pid)
{
	char to[TARGET];
	uint32_t fd, inode;
	ssize_t len = readlinkat(folder, name, to, sizeof(to) - 1);

	if (len < (ssize_t)sizeof(prefix))
		return;

	to[len] = '\0';
	if (strncmp(to, prefix, sizeof(prefix) - 1) != 0 ||
	    !number(to + sizeof(prefix) - 1, ']', &inode) ||
	    !number(name, '\0', &fd))
		return;

	put_number(ret, inode);
	put_number(ret, pid);
	put_number(ret, fd);
}

/* False: it could not be looked into. One that has ended meanwhile has nothing
 * open. */
static bool put_process(struct text *ret, int proc, uint32_t pid)
{
	char path[TARGET];
	const struct dirent *e;
	DIR *d;
	int folder;

	(void)snprintf(path, sizeof(path), "%u/fd", pid);
	folder = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = folder < 0 ? NULL : fdopendir(folder);
	if (!d) {
		bool has_ended = errno == ENOENT || errno == ESRCH;

		if (folder >= 0)
			(void)close(folder);
		return has_ended;
	}

	// cppcheck-suppress readdirCalled; RATIONALE: a folder is one caller's
	while ((e = readdir(d)) != NULL)
		put_socket(ret, folder, e->d_name, pid);
	(void)closedir(d);
	return true;
}

int owners_answer(const char *none, struct text *ret)
{
	DIR *d = opendir("/proc");
	const struct dirent *e;
	size_t begin = ret->len;

	(void)none;
	if (!d)
		return -errno;

	text_char(ret, 0);
	// cppcheck-suppress readdirCalled; RATIONALE: a folder is one caller's
	while (text_ok(ret) && (e = readdir(d)) != NULL) {
		uint32_t pid;

		if (number(e->d_name, '\0', &pid) &&
		    !put_process(ret, dirfd(d), pid) && text_ok(ret))
			ret->data[begin] = 1;
	}
	(void)closedir(d);
	return text_ok(ret) ? 0 : -ENOMEM;
}

static int look(void *context, struct text *ret)
{
	(void)context;
	return owners_answer("", ret);
}

static int take(const struct text *t, const uint32_t *inodes, size_t count,
		struct owners *ret)
{
	struct cursor c = cursor_over(t->data, t->len);
	int error = 0;

	ret->is_partial = cursor_u8(&c) != 0;
	while (cursor_left(&c) && cursor_ok(&c) && !error) {
		struct owner o = { .inode = cursor_be32(&c),
				   .pid = (int)cursor_be32(&c),
				   .fd = (int)cursor_be32(&c) };

		if (cursor_ok(&c) && is_wanted(inodes, count, o.inode))
			error = add(ret, o);
	}
	if (!cursor_ok(&c))
		error = -EIO;
	return error;
}

int owners_find(const uint32_t *inodes, size_t count, struct owners *ret)
{
	struct text t = TEXT_NULL;
	int error;

	*ret = (struct owners){ 0 };
	if (inodes && !count)
		return 0;

	error = reader_note("socket-owners", look, NULL, &t);
	if (error > 0)
		error = -EBADMSG;
	if (!error)
		error = take(&t, inodes, count, ret);
	text_done(&t);
	return error;
}

void owners_done(struct owners *o)
{
	free(o->list);
	*o = (struct owners){ 0 };
}

const struct owner *owners_of(const struct owners *o, uint32_t inode)
{
	for (size_t i = 0; i < o->count; i++)
		if (o->list[i].inode == inode)
			return &o->list[i];

	return NULL;
}

static int refresh(struct owners_cache *c)
{
	owners_done(&c->all);
	c->at_ns = clock_now();
	return owners_find(NULL, 0, &c->all);
}

static int pick(const struct owners *all, const uint32_t *inodes, size_t count,
		struct owners *ret)
{
	int error = 0;

	*ret = (struct owners){ .is_partial = all->is_partial };
	for (size_t i = 0; i < all->count && !error; i++)
		if (is_wanted(inodes, count, all->list[i].inode))
			error = add(ret, all->list[i]);

	return error;
}

/* A socket that is new since then is not in it. */
static bool has_all(const struct owners *o, const uint32_t *inodes,
		    size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!owners_of(o, inodes[i]))
			return false;

	return true;
}

int owners_find_cached(struct owners_cache *c, const uint32_t *inodes,
		       size_t count, struct owners *ret)
{
	bool is_old = !c->at_ns;
	int error;

	*ret = (struct owners){ 0 };
	if (!count)
		return 0;

	error = is_old ? refresh(c) : 0;
	if (!error)
		error = pick(&c->all, inodes, count, ret);
	if (error || is_old || has_all(ret, inodes, count))
		return error;

	owners_done(ret);
	error = refresh(c);
	return error ? error : pick(&c->all, inodes, count, ret);
}

void owners_cache_renew(struct owners_cache *c)
{
	if (clock_now() - c->at_ns > LASTS_NS)
		c->at_ns = 0;
}

void owners_cache_done(struct owners_cache *c)
{
	owners_done(&c->all);
	c->at_ns = 0;
}
