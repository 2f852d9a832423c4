#include "host/processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/reader.h"

enum { CONTENT = 64, PATH = 288 };

/* An answer is two strings for each: the process, and a mark with what was
 * read. */
enum { READ = '=', DENIED = '!' };

static ssize_t read_content(int proc, const char *path, char *to, size_t size)
{
	int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -1;
	len = read(fd, to, size);
	(void)close(fd);
	return len;
}

static ssize_t read_link(int proc, const char *path, char *to, size_t size)
{
	return readlinkat(proc, path, to, size);
}

static const struct thing {
	const char *what;
	ssize_t (*read)(int proc, const char *path, char *to, size_t size);
} things[] = {
	{ "comm", read_content },
	{ "ns/net", read_link },
};

static const struct thing *thing_of(const char *what)
{
	for (size_t i = 0; i < sizeof(things) / sizeof(*things); i++)
		if (!strcmp(what, things[i].what))
			return &things[i];

	return NULL;
}

static void put(struct text *ret, int proc, const char *pid,
		const struct thing *thing)
{
	char path[PATH], content[CONTENT];
	ssize_t len;

	(void)snprintf(path, sizeof(path), "%s/%s", pid, thing->what);
	len = thing->read(proc, path, content, sizeof(content) - 1);
	if (len < 0 && errno != EACCES && errno != EPERM)
		return;

	text_bytes(ret, pid, strlen(pid) + 1);
	text_char(ret, len < 0 ? DENIED : READ);
	content[len < 0 ? 0 : len] = '\0';
	content[strcspn(content, "\n")] = '\0';
	text_bytes(ret, content, strlen(content) + 1);
}

int processes_answer(const char *what, struct text *ret)
{
	const struct thing *thing = thing_of(what);
	DIR *d = thing ? opendir("/proc") : NULL;
	const struct dirent *e;

	if (!thing)
		return -EACCES;
	if (!d)
		return -errno;

	// cppcheck-suppress readdirCalled; RATIONALE: a folder is one caller's
	while (text_ok(ret) && (e = readdir(d)) != NULL)
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9')
			put(ret, dirfd(d), e->d_name, thing);
	(void)closedir(d);
	return text_ok(ret) ? 0 : -ENOMEM;
}

static int look(void *context, struct text *ret)
{
	const char *const *what = context;

	return processes_answer(*what, ret);
}

int processes_read(const char *what, struct text *ret)
{
	struct text key = TEXT_NULL;
	int err;

	text_format(&key, "processes %s", what);
	err = reader_note(text_string(&key), look, &what, ret);
	text_done(&key);
	return err > 0 ? -EBADMSG : err;
}

bool processes_next(struct text *all, size_t *at, struct processes_one *ret)
{
	const char *pid = reader_string(all, at);
	const char *what = pid ? reader_string(all, at) : NULL;

	if (!what || !*pid || pid[strspn(pid, "0123456789")])
		return false;

	*ret = (struct processes_one){ pid, *what == READ ? what + 1 : NULL };
	return true;
}
