#include "host/socket_options.h"

#include <errno.h>
#include <limits.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/pidfd.h"
#include "base/text.h"
#include "host/reader.h"

/* Where the C library's headers are older than the calls. */
#ifndef IPV6_MINHOPCOUNT
#define IPV6_MINHOPCOUNT 73
#endif

/* Every way through it ends in "return 0". */
static bool takes_nothing(const struct sock_filter *program, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (BPF_CLASS(program[i].code) == BPF_RET &&
		    (BPF_RVAL(program[i].code) != BPF_K || program[i].k != 0))
			return false;

	return true;
}

static int read_filter(int fd, enum socket_filter *ret)
{
	struct sock_filter program[BPF_MAXINSNS];
	socklen_t count = BPF_MAXINSNS; /* of instructions, not of bytes */

	if (getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, program, &count)) {
		/* One of eBPF cannot be shown. */
		if (errno != EACCES)
			return -errno;
		*ret = SOCKET_FILTER_SOME;
		return 0;
	}

	if (!count)
		*ret = SOCKET_FILTER_NONE;
	else
		*ret = takes_nothing(program, count) ? SOCKET_FILTER_NOTHING
						     : SOCKET_FILTER_SOME;
	return 0;
}

/* 0 where the socket knows no such option. */
static int number(int fd, int level, int name)
{
	int value = 0;
	socklen_t len = sizeof(value);

	return getsockopt(fd, level, name, &value, &len) ? 0 : value;
}

struct asked {
	int pid, fd;
	uint32_t inode;
};

/* The descriptor may have been closed and taken for something else. */
static bool is_meant(int fd, uint32_t inode)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISSOCK(st.st_mode) && st.st_ino == inode;
}

static int look(void *context, void *ret, size_t size)
{
	const struct asked *a = context;
	struct socket_options o = { 0 };
	int fd = pidfd_borrow(a->pid, a->fd);
	int error;

	if (fd < 0)
		return fd;

	error = is_meant(fd, a->inode) ? read_filter(fd, &o.filter) : -ENOENT;
	o.least_ttl = number(fd, IPPROTO_IP, IP_MINTTL);
	o.least_hops = number(fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT);
	o.defer_seconds = number(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT);
	(void)close(fd);
	memcpy(ret, &o, size);
	return error;
}

int socket_options_answer(const char *rest, struct text *ret)
{
	struct socket_options o = { 0 };
	struct asked a;
	uint32_t n[3];
	int error;

	if (!reader_key_numbers(rest, n, 3) || !n[0] || n[0] > INT_MAX ||
	    n[1] > INT_MAX)
		return -EINVAL;

	a = (struct asked){ (int)n[0], (int)n[1], n[2] };
	error = look(&a, &o, sizeof(o));
	text_bytes(ret, &o, sizeof(o));
	return error;
}

int socket_options_read(int pid, int fd, uint32_t inode,
			struct socket_options *ret)
{
	struct asked a = { pid, fd, inode };
	struct text key = TEXT_NULL;
	int error;

	*ret = (struct socket_options){ 0 };
	text_format(&key, "socket-options %d %d %u", pid, fd, inode);
	error = reader_value(text_string(&key), look, &a, ret, sizeof(*ret));
	text_done(&key);
	return error;
}
