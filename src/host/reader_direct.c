#include "host/reader_direct.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { NAMES_MOST = 16 << 20 };

int reader_direct_content(int fd, size_t most, struct text *ret)
{
	size_t begin = ret->len;
	struct stat st;
	int error;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;

	error = file_read(ret, fd, most);
	if (error == -EFBIG)
		text_cut(ret, begin + most);
	return error;
}

/* What is no file, such as a pipe without a writer, must not hold us up. */
static int read_file(const struct reader_question *q, struct text *ret)
{
	int fd = open(q->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int error;

	if (fd < 0)
		return -errno;

	error = reader_direct_content(fd, q->most, ret);
	(void)close(fd);
	return error;
}

static void put_string(struct text *ret, const char *s)
{
	text_str(ret, s);
	text_char(ret, '\0');
}

static void put_entry(int folder, const char *name, bool with_links,
		      struct text *ret)
{
	char to[PATH_MAX + 1];
	ssize_t len;

	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return;
	if (!with_links) {
		put_string(ret, name);
		return;
	}

	len = readlinkat(folder, name, to, sizeof(to) - 1);
	if (len < 0)
		return;
	to[len] = '\0';
	put_string(ret, name);
	put_string(ret, to);
}

int reader_direct_entries(int fd, bool with_links, struct text *ret)
{
	DIR *d = fdopendir(fd);
	const struct dirent *e;
	int error = 0;

	if (!d) {
		error = -errno;
		(void)close(fd);
		return error;
	}

	errno = 0;
	// cppcheck-suppress readdirCalled; RATIONALE: a folder is one caller's
	while ((e = readdir(d)) != NULL && ret->len < NAMES_MOST) {
		put_entry(fd, e->d_name, with_links, ret);
		errno = 0;
	}
	error = e ? -EFBIG : -errno;
	(void)closedir(d);
	return error;
}

static int read_entries(const struct reader_question *q, struct text *ret)
{
	int fd = open(q->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;

	return reader_direct_entries(fd, q->kind == READER_LINKS, ret);
}

static int read_link(const struct reader_question *q, struct text *ret)
{
	char to[PATH_MAX];
	ssize_t len = readlink(q->path, to, sizeof(to));

	if (len < 0)
		return -errno;

	text_bytes(ret, to, (size_t)len);
	return 0;
}

static void put_number(struct text *ret, uint64_t value, unsigned bytes)
{
	while (bytes--)
		text_char(ret, (char)(value >> bytes * 8));
}

void reader_direct_status(const struct stat *st, struct text *ret)
{
	put_number(ret, st->st_dev, 8);
	put_number(ret, st->st_ino, 8);
	put_number(ret, st->st_mode, 4);
	put_number(ret, st->st_uid, 4);
	put_number(ret, st->st_gid, 4);
	put_number(ret, (uint64_t)st->st_size, 8);
	put_number(ret, (uint64_t)st->st_mtime, 8);
}

static int read_status(const struct reader_question *q, struct text *ret)
{
	struct stat st;

	if (stat(q->path, &st))
		return -errno;

	reader_direct_status(&st, ret);
	return 0;
}

static int look_self(const struct reader_question *q, struct text *ret)
{
	return q->look(q->context, ret);
}

static int ask(struct reader *r, const struct reader_question *q,
	       struct text *answer)
{
	static int (*const kinds[READER_KINDS])(const struct reader_question *q,
						struct text *ret) = {
		[READER_NETLINK] = reader_direct_netlink,
		[READER_FILE] = read_file,
		[READER_NAMES] = read_entries,
		[READER_LINKS] = read_entries,
		[READER_LINK] = read_link,
		[READER_STATUS] = read_status,
		[READER_NOTE] = look_self,
	};

	(void)r;
	return kinds[q->kind](q, answer);
}

struct reader *reader_direct(void)
{
	static struct reader direct = { .ask = ask };

	return &direct;
}
