#include "nftrace/record.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#include "base/clock.h"

static_assert(sizeof(struct record_head) == RECORD_HEAD, "as it is written");

int record_write(struct record_file *f, enum record_kind kind, const void *data,
		 size_t length)
{
	struct record_head head = { .kind = kind,
				    .length = (uint32_t)length,
				    .at_ns = clock_now() };
	struct iovec parts[2] = { { &head, sizeof(head) } };
	const size_t all = sizeof(head) + length;

	if (length > RECORD_MOST || f->written + all > RECORD_FILE_MOST)
		return -EFBIG;
	/* What is written is not changed: iovec has no const. */
	memcpy(&parts[1].iov_base, &data, sizeof(data));
	parts[1].iov_len = length;
	if (writev(f->fd, parts, length ? 2 : 1) != (ssize_t)all)
		return -EIO;
	f->written += all;

	return 0;
}
