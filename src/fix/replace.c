#include "fix/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

enum { FILE_MOST = 16 << 20, NAMES_MOST = 4096, VALUE_MOST = 65536 };

static int same(int fd, const char *text)
{
	struct text now = TEXT_NULL;
	int err = file_read(&now, fd, FILE_MOST);
	int ret = !err && now.len == strlen(text) &&
		  !memcmp(text_string(&now), text, now.len);

	text_done(&now);
	return err == -EFBIG ? 0 : err ? err : ret;
}

int replace_is(const char *path, const char *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int ret;

	if (fd < 0)
		return errno == ENOENT ? !text : -errno;
	ret = text ? same(fd, text) : 0;
	(void)close(fd);
	return ret;
}

/* Labels, capabilities, lists of access rights: what can be copied is. Where the
 * file system has none, there is nothing to keep. */
static int copy_attributes(int from, int to)
{
	char names[NAMES_MOST], value[VALUE_MOST];
	ssize_t len = flistxattr(from, names, sizeof(names));

	for (ssize_t at = 0; at < len; at += (ssize_t)strlen(names + at) + 1) {
		ssize_t size =
			fgetxattr(from, names + at, value, sizeof(value));

		if (size >= 0 &&
		    fsetxattr(to, names + at, value, (size_t)size, 0) &&
		    errno != EOPNOTSUPP)
			return -errno;
	}

	return 0;
}

static int copy_status(int from, int to)
{
	struct stat st;

	if (fstat(from, &st))
		return -errno;
	if (fchown(to, st.st_uid, st.st_gid) || fchmod(to, st.st_mode & 07777))
		return -errno;

	return copy_attributes(from, to);
}

/* The folder's entry is on the disk, too. A folder in memory may not know how. */
static void sync_folder(const char *path)
{
	char copy[PATH_MAX];
	int fd;

	(void)snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	(void)close(fd);
}

static int fill(int fd, int old, const char *text, uint32_t mode)
{
	int err = file_write(fd, text, strlen(text));

	if (!err)
		err = old >= 0           ? copy_status(old, fd)
		      : fchmod(fd, mode) ? -errno
					 : 0;
	if (!err && fsync(fd))
		err = -errno;
	return err;
}

static int write_beside(const char *path, int old, const char *text,
			uint32_t mode)
{
	char beside[PATH_MAX];
	int fd, err;

	if (snprintf(beside, sizeof(beside), "%s.kiriwake-XXXXXX", path) >=
	    (int)sizeof(beside))
		return -ENAMETOOLONG;
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = fill(fd, old, text, mode);
	if (close(fd) && !err)
		err = -errno;
	if (!err && rename(beside, path))
		err = -errno;
	if (err)
		(void)unlink(beside);
	else
		sync_folder(path);
	return err;
}

static int exchange(const char *path, const char *expected, const char *text,
		    uint32_t mode)
{
	int old = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	int err = old < 0 && errno != ENOENT ? -errno : 0;

	if (!err && old >= 0)
		err = expected ? same(old, expected) : 0;
	else if (!err)
		err = !expected;
	/* 1: as it was expected. */
	if (err < 1)
		err = err ? err : -ESTALE;
	else if (text)
		err = write_beside(path, old, text, mode);
	else
		err = unlink(path) ? -errno : 0;
	if (old >= 0)
		(void)close(old);
	return err;
}

int replace_file(const char *path, const char *expected, const char *text,
		 uint32_t mode)
{
	char real[PATH_MAX];

	if (!realpath(path, real)) {
		if (errno != ENOENT)
			return -errno;
		if (expected)
			return -ESTALE;
		return text ? exchange(path, NULL, text, mode) : 0;
	}

	return exchange(real, expected, text, mode);
}

/* Whole lines that both begin with. */
static size_t common_head(const char *x, const char *y)
{
	size_t lines = 0;

	for (size_t i = 0; x[i] && x[i] == y[i]; i++)
		if (x[i] == '\n')
			lines = i + 1;

	return lines;
}

/* Whole lines that both end with, behind the head. */
static size_t common_tail(const char *x, size_t x_len, const char *y,
			  size_t y_len)
{
	size_t lines = 0, most = x_len < y_len ? x_len : y_len;

	for (size_t i = 1; i <= most && x[x_len - i] == y[y_len - i]; i++)
		if (i == most || x[x_len - i - 1] == '\n')
			lines = i;
	/* The whole of the shorter is no line's beginning in the longer. */
	if (lines == most && lines < x_len && x[x_len - lines - 1] != '\n')
		lines = 0;
	if (lines == most && lines < y_len && y[y_len - lines - 1] != '\n')
		lines = 0;

	return lines;
}

/* The only place of it at a line's beginning, or NULL. */
static const char *only(const char *text, const char *part, size_t len)
{
	const char *found = NULL;

	for (const char *at = text; *at; at++) {
		if ((at != text && at[-1] != '\n') ||
		    strncmp(at, part, len) != 0)
			continue;
		if (found)
			return NULL;
		found = at;
	}

	return found;
}

int replace_without(struct text *out, const char *now, const char *before,
		    const char *after)
{
	size_t head, tail, old_len, new_len;
	const char *at;

	if (!before)
		return -ENOENT;
	head = common_head(before, after);
	old_len = strlen(before) - head;
	new_len = strlen(after) - head;
	tail = common_tail(before + head, old_len, after + head, new_len);
	/* Nothing came that could be found again. */
	if (new_len == tail)
		return -ENOENT;
	at = only(now, after + head, new_len - tail);
	if (!at)
		return -ENOENT;

	text_bytes(out, now, (size_t)(at - now));
	text_bytes(out, before + head, old_len - tail);
	text_str(out, at + (new_len - tail));
	return text_ok(out) ? 0 : -ENOMEM;
}
