#include "cli/recording.h"

#include <errno.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/reader.h"

#define END_LIMIT (500 * (int64_t)CLOCK_MILLISECOND)

struct recording recording_none(void)
{
	return (struct recording){ .file = -1, .control = -1 };
}

struct recording recording_of(int file, int control)
{
	return (struct recording){ .file = file, .control = control };
}

/* Whether something can be read until then. */
static bool is_readable(int control, int64_t until_ns)
{
	struct pollfd fd = { control, POLLIN, 0 };
	int64_t left = until_ns - clock_now();
	int ms = left > 0 ? (int)((left + CLOCK_MILLISECOND - 1) /
				  CLOCK_MILLISECOND)
			  : 0;

	return poll(&fd, 1, ms) > 0;
}

int recording_wait(struct recording *r, int64_t timeout_ns)
{
	unsigned char told;

	if (r->control < 0)
		return -ENOTCONN;
	if (r->is_armed)
		return 0;
	if (!is_readable(r->control, clock_now() + timeout_ns))
		return -ETIMEDOUT;
	if (recv(r->control, &told, 1, MSG_DONTWAIT) != 1)
		return -EIO;

	r->is_armed = !told;
	return -(int)told;
}

bool recording_has_more(struct recording *r)
{
	char bytes[64];
	bool has_more = false;
	ssize_t count;

	if (!r->is_armed || r->is_ended)
		return false;

	while ((count = recv(r->control, bytes, sizeof(bytes), MSG_DONTWAIT)) >
	       0)
		has_more = true;
	r->is_ended = !count;
	return has_more;
}

int recording_map(const struct recording *r, void **data, size_t *size)
{
	struct stat about;

	*data = NULL;
	*size = 0;
	if (r->file < 0)
		return 0;
	if (fstat(r->file, &about))
		return -errno;
	if (!about.st_size)
		return 0;

	*data = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE,
		     r->file, 0);
	if (*data == MAP_FAILED)
		return -errno;

	*size = (size_t)about.st_size;
	return 0;
}

void recording_unmap(void *data, size_t size)
{
	if (size)
		(void)munmap(data, size);
}

/* It closes its end once all is written. */
static int ask(void *context, struct text *ret)
{
	const struct recording *r = context;
	size_t size;
	void *data;
	int err = recording_map(r, &data, &size);

	if (!err)
		text_bytes(ret, data, size);
	recording_unmap(data, size);
	return err;
}

int recording_note(const struct recording *r, const char *key, struct text *ret)
{
	struct recording copy = *r;

	return reader_note(key, ask, &copy, ret);
}

void recording_finish(struct recording *r)
{
	int64_t until = clock_now() + END_LIMIT;

	if (!r->is_armed)
		return;

	(void)shutdown(r->control, SHUT_WR);
	(void)recording_has_more(r);
	while (!r->is_ended && is_readable(r->control, until))
		(void)recording_has_more(r);
	r->is_armed = false;
}

void recording_done(struct recording *r)
{
	if (r->file >= 0)
		(void)close(r->file);
	if (r->control >= 0)
		(void)close(r->control);
	*r = recording_none();
}
