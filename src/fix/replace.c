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

/* "/etc/hosts.allow": "/etc/.hosts.allow.kiriwake". */
static int name_beside(char ret[PATH_MAX], const char *path)
{
	const char *name = strrchr(path, '/');
	int folder, len;

	name = name ? name + 1 : path;
	folder = (int)(name - path);
	len = snprintf(ret, PATH_MAX, "%.*s.%s.kiriwake", folder, path, name);
	return len < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* What a crash left there is nobody's. */
static int write_beside(const char *beside, int old, const char *text,
			uint32_t mode)
{
	int fd, err;

	if (unlink(beside) && errno != ENOENT)
		return -errno;
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		  0600);
	if (fd < 0)
		return -errno;
	err = fill(fd, old, text, mode);
	if (close(fd) && !err)
		err = -errno;
	return err;
}

/* Each takes the other's name. Where the file system cannot, the first takes the
 * second's, and that is gone: *ret_kept. */
static int exchange_names(const char *beside, const char *path, bool *ret_kept)
{
	*ret_kept = true;
	if (!renameat2(AT_FDCWD, beside, AT_FDCWD, path, RENAME_EXCHANGE))
		return 0;
	*ret_kept = false;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;

	return rename(beside, path) ? -errno : 0;
}

/* There must be none. */
static int give_name(const char *beside, const char *path)
{
	if (!renameat2(AT_FDCWD, beside, AT_FDCWD, path, RENAME_NOREPLACE))
		return 0;
	if (errno == EEXIST)
		return -ESTALE;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;

	return rename(beside, path) ? -errno : 0;
}

/* Puts what lies beside it in the file's place, which must have held what is
 * expected until that moment. */
static int swap(const char *beside, const char *path, const char *expected,
		bool *ret_kept)
{
	bool is_kept;
	int err = exchange_names(beside, path, ret_kept);

	if (err || !*ret_kept || replace_is(beside, expected) > 0)
		return err;

	/* Somebody was faster: his it is. */
	err = exchange_names(beside, path, &is_kept);
	return err ? err : -ESTALE;
}

static int put_in_place(const char *path, int old, const char *expected,
			const char *text, uint32_t mode, bool is_keeping)
{
	char beside[PATH_MAX];
	bool is_kept = false;
	int err = name_beside(beside, path);

	if (!err)
		err = write_beside(beside, old, text, mode);
	if (!err)
		err = old < 0 ? give_name(beside, path)
			      : swap(beside, path, expected, &is_kept);
	if (err || (is_kept && !is_keeping))
		(void)unlink(beside);
	if (!err)
		sync_folder(path);
	return err;
}

static int replace(const char *path, const char *expected, const char *text,
		   uint32_t mode, bool is_keeping)
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
		err = put_in_place(path, old, expected, text, mode, is_keeping);
	else
		err = unlink(path) ? -errno : 0;
	if (old >= 0)
		(void)close(old);
	return err;
}

/* Where links lead; a file that is not there has a folder that is. */
static int real_path(char ret[PATH_MAX], const char *path, bool *ret_is_there)
{
	*ret_is_there = realpath(path, ret) != NULL;
	if (*ret_is_there)
		return 0;
	if (errno != ENOENT)
		return -errno;

	return snprintf(ret, PATH_MAX, "%s", path) < PATH_MAX ? 0
							      : -ENAMETOOLONG;
}

static int replace_at(const char *path, const char *expected, const char *text,
		      uint32_t mode, bool is_keeping)
{
	char real[PATH_MAX];
	bool is_there;
	int err = real_path(real, path, &is_there);

	if (err)
		return err;
	if (!is_there && expected)
		return -ESTALE;

	return is_there || text
		       ? replace(real, expected, text, mode, is_keeping)
		       : 0;
}

int replace_file(const char *path, const char *expected, const char *text,
		 uint32_t mode)
{
	return replace_at(path, expected, text, mode, false);
}

int replace_keeping(const char *path, const char *expected, const char *text,
		    uint32_t mode)
{
	return replace_at(path, expected, text, mode, true);
}

int replace_back(const char *path, const char *expected, const char *text)
{
	char real[PATH_MAX], beside[PATH_MAX];
	bool is_there, is_kept;
	int err = real_path(real, path, &is_there);

	if (!err)
		err = name_beside(beside, real);
	if (err)
		return err;
	if (!is_there || replace_is(beside, text) < 1)
		return -ENOENT;
	if (replace_is(real, expected) < 1)
		return -ESTALE;
	err = swap(beside, real, expected, &is_kept);
	if (!err && is_kept)
		(void)unlink(beside);
	if (!err)
		sync_folder(real);
	return err;
}

void replace_forget(const char *path)
{
	char real[PATH_MAX], beside[PATH_MAX];
	bool is_there;

	if (!real_path(real, path, &is_there) && !name_beside(beside, real))
		(void)unlink(beside);
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

/* How often it stands at a line's beginning; where it does for the last time. */
static unsigned find_lines(const char *text, const char *part, size_t len,
			   const char **ret)
{
	unsigned count = 0;

	for (const char *at = text; *at; at++) {
		if ((at != text && at[-1] != '\n') ||
		    strncmp(at, part, len) != 0)
			continue;
		*ret = at;
		count++;
	}

	return count;
}

int replace_without(struct text *out, const char *now, const char *before,
		    const char *after)
{
	size_t head, tail, old_len, new_len;
	const char *at, *other;
	unsigned count;

	if (!before)
		return -ENOENT;
	head = common_head(before, after);
	old_len = strlen(before) - head;
	new_len = strlen(after) - head;
	tail = common_tail(before + head, old_len, after + head, new_len);
	/* Nothing came that could be found again. */
	if (new_len == tail)
		return -ENOENT;
	count = find_lines(now, after + head, new_len - tail, &at);
	if (!count && (old_len == tail ||
		       find_lines(now, before + head, old_len - tail, &other)))
		return 1;
	if (count != 1)
		return -ENOENT;

	text_bytes(out, now, (size_t)(at - now));
	text_bytes(out, before + head, old_len - tail);
	text_str(out, at + (new_len - tail));
	return text_ok(out) ? 0 : -ENOMEM;
}
