/*
 * Real connections through the room. What listens gives back what it gets; so
 * an answer shows that both ways are open. One thread plays all sides: while a
 * client waits, those that listen are served.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/errqueue.h>

#include "base/tool.h"
#include "fix/room_inside.h"

enum { BACKLOG = 64 };

/* An address as the kernel takes it. */
struct name {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	};

	socklen_t len;
};

static struct name name_of(const struct address *a, uint16_t port)
{
	struct name n = { .len = sizeof(n.v6) };

	if (address_is_v4(a)) {
		n.len = sizeof(n.v4);
		n.v4.sin_family = AF_INET;
		n.v4.sin_port = htons(port);
		memcpy(&n.v4.sin_addr, a->bytes + 12, 4);
	} else {
		n.v6.sin6_family = AF_INET6;
		n.v6.sin6_port = htons(port);
		memcpy(&n.v6.sin6_addr, a->bytes, 16);
	}
	return n;
}

static void allow(int fd, int level, int option)
{
	static const int yes = 1;

	(void)setsockopt(fd, level, option, &yes, sizeof(yes));
}

static int listen_as(struct room_inside *in, int family, bool is_udp,
		     uint16_t port)
{
	struct name n = name_of(&(struct address){ 0 }, port);
	int fd = socket(family,
			(is_udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK |
				SOCK_CLOEXEC,
			0);

	if (fd < 0 || in->listener_count >= ROOM_LISTENERS)
		goto fail;
	if (family == AF_INET)
		n = name_of(&(struct address){ { [10] = 0xff, [11] = 0xff } },
			    port);
	else
		allow(fd, IPPROTO_IPV6, IPV6_V6ONLY);
	allow(fd, SOL_SOCKET, SO_REUSEADDR);
	allow(fd, IPPROTO_IP, IP_PKTINFO);
	allow(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO);
	if (bind(fd, &n.any, n.len) || (!is_udp && listen(fd, BACKLOG)))
		goto fail;

	in->is_udp[in->listener_count] = is_udp;
	in->listeners[in->listener_count++] = fd;
	return 0;
fail:
	if (fd >= 0)
		(void)close(fd);
	return -EADDRINUSE;
}

int room_talk_listen(struct room_inside *in, const struct room_port *p)
{
	bool is_udp = p->protocol == IPPROTO_UDP;
	int err;

	if (p->side >= ROOM_SIDES)
		return -EINVAL;
	err = room_enter_side(in, p->side);
	if (err)
		return err;
	/* Asked for twice, or a host without IPv6: who connects will see. */
	(void)listen_as(in, AF_INET, is_udp, p->port);
	(void)listen_as(in, AF_INET6, is_udp, p->port);
	return room_enter_side(in, ROOM_HOST);
}

static void take_connection(struct room_inside *in, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	if (in->accepted_count >= ROOM_TALKS) {
		(void)close(fd);
		return;
	}
	allow(fd, IPPROTO_TCP, TCP_NODELAY);
	in->accepted[in->accepted_count++] = fd;
}

/* From the address that it came to: what the ancillary data hold goes back as
 * it is. */
static void give_back_datagram(int fd)
{
	union {
		char bytes[256];
		struct cmsghdr align;
	} control;

	char data[64];
	struct name from;
	struct iovec iov = { data, sizeof(data) };
	struct msghdr m = { .msg_name = &from.any,
			    .msg_namelen = sizeof(from.v6),
			    .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control.bytes,
			    .msg_controllen = sizeof(control.bytes) };
	ssize_t n = recvmsg(fd, &m, 0);

	if (n < 0)
		return;
	iov.iov_len = (size_t)n;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo *i = (void *)CMSG_DATA(c);

			i->ipi_spec_dst = i->ipi_addr;
			i->ipi_ifindex = 0;
		}
	}
	(void)sendmsg(fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* False: it is over. */
static bool give_back(int fd)
{
	char data[64];
	ssize_t n = recv(fd, data, sizeof(data), MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	return n && send(fd, data, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
}

static void serve_accepted(struct room_inside *in, const struct pollfd *fds,
			   size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (!fds[i].revents || give_back(in->accepted[i]))
			in->accepted[kept++] = in->accepted[i];
		else
			(void)close(in->accepted[i]);
	}
	in->accepted_count = kept;
}

/* Waits for the client's descriptor and serves all others; what happened to it,
 * or 0 when the time is over. */
static short wait_for(struct room_inside *in, int fd, short events,
		      int64_t deadline)
{
	struct pollfd fds[1 + ROOM_LISTENERS + ROOM_TALKS];
	int64_t left;

	while ((left = deadline - tool_now_ms()) > 0) {
		size_t talks = in->accepted_count, n = 0;

		fds[n++] = (struct pollfd){ .fd = fd, .events = events };
		for (size_t i = 0; i < talks; i++)
			fds[n++] = (struct pollfd){ .fd = in->accepted[i],
						    .events = POLLIN };
		for (size_t i = 0; i < in->listener_count; i++)
			fds[n++] = (struct pollfd){ .fd = in->listeners[i],
						    .events = POLLIN };
		if (poll(fds, n, (int)left) <= 0)
			continue;
		serve_accepted(in, fds + 1, talks);
		for (size_t i = 0; i < in->listener_count; i++) {
			if (!fds[1 + talks + i].revents)
				continue;
			if (in->is_udp[i])
				give_back_datagram(in->listeners[i]);
			else
				take_connection(in, in->listeners[i]);
		}
		if (fds[0].revents)
			return fds[0].revents;
	}

	return 0;
}

/*
 * An ICMP error that came, as an errno; 0: none. Here packets come back while the
 * sender still holds the socket, and then the kernel only notes the error
 * (tcp_v6_err()), but for this queue.
 */
static int told_error(int fd)
{
	union {
		char bytes[512];
		struct cmsghdr align;
	} control;
	struct msghdr m = { .msg_control = control.bytes,
			    .msg_controllen = sizeof(control.bytes) };
	int error = 0;

	if (recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		struct sock_extended_err e;

		if (c->cmsg_type != IP_RECVERR && c->cmsg_type != IPV6_RECVERR)
			continue;
		memcpy(&e, CMSG_DATA(c), sizeof(e));
		error = (int)e.ee_errno;
	}
	return error;
}

static int error_of(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len))
		return -errno;
	return error ? -error : -told_error(fd);
}

/* A byte of its own, until it is back: one that was lost before may come now. */
static int exchange(struct room_inside *in, int fd, int64_t deadline)
{
	uint8_t byte = ++in->next_byte, back;

	if (send(fd, &byte, 1, MSG_DONTWAIT | MSG_NOSIGNAL) != 1)
		return -errno;
	while (wait_for(in, fd, POLLIN, deadline)) {
		ssize_t n = recv(fd, &back, 1, MSG_DONTWAIT);

		if (n == 1 && back == byte) {
			/* Now: else the other side sends it again later, which
			 * would open the way for what is only forgotten. */
			allow(fd, IPPROTO_TCP, TCP_QUICKACK);
			return 0;
		}
		if (!n)
			return -ECONNRESET;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		/* Of a connection that stands, an error says little. */
		(void)told_error(fd);
	}

	return -ETIMEDOUT;
}

static int connect_to(struct room_inside *in, int fd, const struct room_talk *t,
		      int64_t deadline)
{
	struct name to = name_of(&t->to, t->to_port);

	if (!connect(fd, &to.any, to.len))
		return 0;
	if (errno != EINPROGRESS)
		return -errno;
	return wait_for(in, fd, POLLOUT, deadline) ? error_of(fd) : -ETIMEDOUT;
}

static int open_socket(const struct room_talk *t, int *error)
{
	struct name from = name_of(&t->from, t->from_port);
	bool is_udp = t->protocol == IPPROTO_UDP;
	int fd = socket(from.any.sa_family,
			(is_udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK |
				SOCK_CLOEXEC,
			0);

	*error = 0;
	if (fd < 0) {
		*error = -errno;
		return -1;
	}
	allow(fd, SOL_SOCKET, SO_REUSEADDR);
	if (!is_udp) {
		allow(fd, IPPROTO_TCP, TCP_NODELAY);
		allow(fd, IPPROTO_IP, IP_RECVERR);
		allow(fd, IPPROTO_IPV6, IPV6_RECVERR);
	}
	if (bind(fd, &from.any, from.len))
		*error = -errno;
	return fd;
}

/* Closed by a reset: nothing of it stays behind. */
static void end_at_once(int fd)
{
	static const struct linger now = { .l_onoff = 1 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	(void)close(fd);
}

/* 0 or -errno, as the client's socket has it. */
static int talk_anew(struct room_inside *in, const struct room_talk *t,
		     int64_t deadline, uint32_t *session)
{
	int err;
	int fd = open_socket(t, &err);

	if (fd < 0)
		return err;
	if (!err)
		err = connect_to(in, fd, t, deadline);
	if (!err)
		err = exchange(in, fd, deadline);
	if (t->kind == TALK_OPEN && !err && in->session_count < ROOM_TALKS) {
		*session = (uint32_t)in->session_count;
		in->sessions[in->session_count++] = fd;
		return 0;
	}
	end_at_once(fd);
	return err;
}

int room_talk_one(struct room_inside *in, const struct room_talk *t,
		  struct room_heard *ret)
{
	int64_t deadline = tool_now_ms() + t->limit_ms;
	int err;

	if (t->side >= ROOM_SIDES)
		return -EINVAL;
	err = room_enter_side(in, t->side);
	if (err)
		return err;
	err = -EBADF;
	if (t->kind != TALK_MORE)
		err = talk_anew(in, t, deadline, &ret->session);
	else if (t->session < in->session_count)
		err = exchange(in, in->sessions[t->session], deadline);
	ret->error = -err;
	return room_enter_side(in, ROOM_HOST);
}
