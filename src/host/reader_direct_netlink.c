#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "host/reader_direct.h"
#include "host/secrets.h"

enum { ANSWER_BYTES = 64 * 1024, WAIT_SECONDS = 10, SEQUENCE = 1 };

/* A dump may hold the kernel up for long, but not for ever. */
static struct mnl_socket *new_socket(int family)
{
	const struct timeval wait = { .tv_sec = WAIT_SECONDS };
	struct mnl_socket *s = mnl_socket_open2(family, SOCK_CLOEXEC);
	int on = 1;

	if (!s)
		return NULL;
	if (mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID)) {
		int error = errno;

		(void)mnl_socket_close(s);
		errno = error;
		return NULL;
	}

	/* Only then are dumps filtered in the kernel; older ones do without. */
	(void)mnl_socket_setsockopt(s, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	(void)setsockopt(mnl_socket_get_fd(s), SOL_SOCKET, SO_RCVTIMEO, &wait,
			 sizeof(wait));
	return s;
}

static int enter(const char *where)
{
	int fd = open(where, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (setns(fd, CLONE_NEWNET))
		error = -errno;
	(void)close(fd);
	return error;
}

/* A socket stays in the namespace where it was made, so that this thread is
 * elsewhere only for that long. Not to come back would be worse than to end:
 * all that is asked later would be of another network. */
static int open_in(const char *where, int family, struct mnl_socket **ret)
{
	char own[64]; /* thread-self is newer */
	int home, error;

	(void)snprintf(own, sizeof(own), "/proc/self/task/%ld/ns/net",
		       syscall(SYS_gettid));
	home = open(own, O_RDONLY | O_CLOEXEC);
	if (home < 0)
		return -errno;

	error = enter(where);
	if (!error) {
		*ret = new_socket(family);
		error = *ret ? 0 : -errno;
		if (setns(home, CLONE_NEWNET))
			_exit(1);
	}
	(void)close(home);
	return error;
}

struct asking {
	const struct reader_question *question;
	const struct mnl_socket *socket;
	char generic[GENERIC_NAME];
};

/* Whose the question was is nothing that two answers should differ by. 1: it
 * ends here. */
static int clean(const struct asking *a, char *data, size_t size)
{
	struct nlmsghdr *m = (void *)data;
	int len = (int)size;

	for (; mnl_nlmsg_ok(m, len); m = mnl_nlmsg_next(m, &len)) {
		if (m->nlmsg_seq != SEQUENCE)
			return -EPROTO;
		m->nlmsg_seq = 0;
		m->nlmsg_pid = 0;
		secrets_hide(a->question->family, a->generic, m);
		if (m->nlmsg_type == NLMSG_DONE || m->nlmsg_type == NLMSG_ERROR)
			return 1;
	}

	return 0;
}

/* One datagram. Messages stand aligned in the answer, as they do in one. */
static int receive(const struct asking *a, struct text *ret)
{
	ssize_t len;

	text_fill(ret, '\0', -ret->len % (size_t)MNL_ALIGNTO);
	if (!text_reserve(ret, ANSWER_BYTES))
		return -ENOMEM;

	len = mnl_socket_recvfrom(a->socket, ret->data + ret->len,
				  ANSWER_BYTES);
	if (len < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;

	ret->len += (size_t)len;
	return clean(a, ret->data + ret->len - len, (size_t)len);
}

static int ask(const struct asking *a, struct text *ret)
{
	const struct reader_question *q = a->question;
	_Alignas(8) char request[READER_REQUEST_MOST];
	struct nlmsghdr *m = (void *)request;
	size_t begin = ret->len;
	int state = 0;

	memcpy(request, q->request, q->len);
	m->nlmsg_seq = SEQUENCE;
	if (mnl_socket_sendto(a->socket, request, q->len) < 0)
		return -errno;

	while (!state) {
		state = receive(a, ret);
		if (!state && ret->len - begin > READER_ANSWER_MOST)
			state = -EFBIG;
	}

	return state < 0 ? state : 0;
}

static uint16_t type_of(const struct reader_question *q)
{
	struct nlmsghdr m;

	memcpy(&m, q->request, sizeof(m));
	return m.nlmsg_type;
}

int reader_direct_generic(const struct reader_question *q,
			  char ret[static GENERIC_NAME])
{
	char request[READER_REQUEST_MOST];
	const struct reader_question all = {
		.family = NETLINK_GENERIC,
		.path = q->path,
		.request = request,
		.len = generic_question(request, sizeof(request)),
	};
	struct text t = TEXT_NULL;
	int error = reader_direct_netlink(&all, &t);

	generic_name(&t, type_of(q), ret);
	text_done(&t);
	return error;
}

int reader_direct_netlink(const struct reader_question *q, struct text *ret)
{
	struct asking a = { .question = q };
	struct mnl_socket *s = NULL;
	int error = 0;

	if (q->len < sizeof(struct nlmsghdr) || q->len > READER_REQUEST_MOST)
		return -EINVAL;

	if (q->family == NETLINK_GENERIC && type_of(q) != GENL_ID_CTRL)
		error = reader_direct_generic(q, a.generic);
	if (error)
		return error;

	if (*q->path) {
		error = open_in(q->path, q->family, &s);
	} else {
		s = new_socket(q->family);
		error = s ? 0 : -errno;
	}
	if (error)
		return error;

	a.socket = s;
	error = ask(&a, ret);
	(void)mnl_socket_close(s);
	return error;
}
