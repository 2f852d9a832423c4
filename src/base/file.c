#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { READ_BYTES = 64 * 1024 };

int file_read(struct text *out, int fd, size_t most)
{
	size_t begin = out->len;

	for (;;) {
		ssize_t n;

		if (!text_reserve(out, READ_BYTES))
			return -ENOMEM;

		n = read(fd, out->data + out->len, READ_BYTES);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : 0;

		out->len += (size_t)n;
		if (out->len - begin > most)
			return -EFBIG;
	}
}

int file_load(struct text *out, const char *path, size_t most)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int error;

	if (fd < 0)
		return -errno;

	error = file_read(out, fd, most);
	(void)close(fd);
	return error;
}

int file_write(int fd, const void *data, size_t len)
{
	const char *next = data;

	while (len) {
		ssize_t n = write(fd, next, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -ENOSPC;
		next += n;
		len -= (size_t)n;
	}

	return 0;
}
