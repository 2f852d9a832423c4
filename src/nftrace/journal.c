#include "nftrace/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "/run/kiriwake"

/* Headers of before 5.14 do not have it. */
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

enum { NAME = 48, TEXT = 256, BOOT = 36 };

static void name_of_here(char name[NAME])
{
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);
	struct stat st = { 0 };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = fd < 0 ? -1
			 : getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie,
				      &size);

	if (fd >= 0)
		(void)close(fd);
	if (!err) {
		(void)snprintf(name, NAME, "nf_log-%" PRIu64, cookie);
		return;
	}

	(void)stat("/proc/self/ns/net", &st);
	(void)snprintf(name, NAME, "nf_log-inode-%ju", (uintmax_t)st.st_ino);
}

static void boot_of_here(char boot[BOOT + 1])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? 0 : read(fd, boot, BOOT);

	if (fd >= 0)
		(void)close(fd);
	boot[len > 0 ? len : 0] = '\0';
}

int journal_open(int is_made)
{
	struct stat st;
	int fd, err = 0;

	if (is_made && mkdir(FOLDER, 0700) && errno != EEXIST)
		return -errno;
	fd = open(FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* What others may write is nobody's word. */
	if (fstat(fd, &st))
		err = -errno;
	else if ((st.st_uid && st.st_uid != geteuid()) || (st.st_mode & 022))
		err = -EPERM;
	if (!err)
		return fd;

	(void)close(fd);
	return err;
}

static int write_all(int fd, const char *text, size_t len)
{
	if (write(fd, text, len) != (ssize_t)len)
		return -EIO;

	return fsync(fd) ? -errno : 0;
}

int journal_write(int folder, const struct journal_entry *e)
{
	char name[NAME], new[NAME + 8], boot[BOOT + 1], text[TEXT];
	int fd, err;

	name_of_here(name);
	boot_of_here(boot);
	(void)snprintf(new, sizeof(new), "%s.new", name);
	(void)snprintf(text, sizeof(text), "%s\n%d %s\n", boot, e->number,
		       e->value);
	fd = openat(folder, new,
		    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -errno;
	err = write_all(fd, text, strlen(text));
	if (close(fd) && !err)
		err = -errno;
	if (!err && renameat(folder, new, folder, name))
		err = -errno;
	/* A folder in memory may not know how: there is no disk to wait for. */
	if (!err)
		(void)fsync(folder);

	return err;
}

/* Three lines' words, no more: it is our own, and may still be cut. */
static int understand(char *text, struct journal_entry *e)
{
	char boot[BOOT + 1], *line = strchr(text, '\n'), *space;
	size_t len;

	boot_of_here(boot);
	if (!line)
		return -ENOENT;
	*line++ = '\0';
	if (strcmp(text, boot))
		return -ENOENT;

	e->number = (int)strtol(line, &space, 10);
	if (*space != ' ' || (e->number != 2 && e->number != 10))
		return -ENOENT;
	len = strcspn(++space, "\n");
	if (!len || len >= sizeof(e->value) || !space[len])
		return -ENOENT;
	memcpy(e->value, space, len);
	e->value[len] = '\0';

	return 0;
}

int journal_read(int folder, struct journal_entry *e)
{
	char name[NAME], text[TEXT];
	ssize_t len;
	int fd;

	name_of_here(name);
	fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (len < 0)
		return -EIO;

	text[len] = '\0';
	return understand(text, e);
}

int journal_remove(int folder)
{
	char name[NAME];

	name_of_here(name);
	return unlinkat(folder, name, 0) ? -errno : 0;
}
