#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "traced/traced_inside.h"

/* Results of calls that a signal broke off and that begin again by themselves:
 * the kernel's own, which no header has. */
enum { RESTART_FIRST = 512, RESTART_LAST = 516 };

/* The port of name servers. */
enum { DOMAIN = 53 };

/* So long after it a socket is looked at again. */
#define SOON ((int64_t)CLOCK_MILLISECOND)

static bool read_address(pid_t tid, uint64_t at, size_t len,
			 struct traced_attempt *a)
{
	union {
		struct sockaddr sa;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} u = { 0 };

	if (len > sizeof(u))
		len = sizeof(u);
	len = traced_memory_read(tid, at, &u, len);
	if (len >= sizeof(u.v4) && u.sa.sa_family == AF_INET) {
		a->to = address_v4(be32toh(u.v4.sin_addr.s_addr));
		a->port = be16toh(u.v4.sin_port);
	} else if (len >= offsetof(struct sockaddr_in6, sin6_scope_id) &&
		   u.sa.sa_family == AF_INET6) {
		a->to = address_v6(u.v6.sin6_addr.s6_addr);
		a->port = be16toh(u.v6.sin6_port);
		a->scope = u.v6.sin6_scope_id;
	} else {
		return false;
	}

	a->family = u.sa.sa_family;
	a->has_to = true;
	return true;
}

static void begin(const struct traced_thread *thread, enum traced_call call,
		  struct traced_attempt *a)
{
	a->call = call;
	a->tid = thread->tid;
	a->began_ns = thread->since_ns;
	a->has_filter = thread->has_filter;
	traced_socket_owner(thread->tid, a);
}

static void tell(struct traced *t, struct traced_attempt *a, int64_t result)
{
	a->end = result < 0 ? TRACED_FAILED : TRACED_WORKED;
	a->error = result < 0 ? (int)-result : 0;
	a->took_ns = clock_now() - a->began_ns;
	if (t->q.events.ended)
		t->q.events.ended(t->q.events.context, a);
}

/* What the socket is; false: it is none of our business. */
static bool ask_socket(struct traced *t, pid_t pid, int fd,
		       struct traced_attempt *a, struct traced_socket *s)
{
	int err = traced_socket_look(pid, fd, s);

	if (err == -EBADF)
		return false;
	if (err) {
		t->about.is_blind = true;
		a->protocol = IPPROTO_TCP;
		return true;
	}

	if (!(s->type == SOCK_STREAM && s->protocol == IPPROTO_TCP) &&
	    !(s->type == SOCK_DGRAM && s->protocol == IPPROTO_UDP))
		return false;
	a->protocol = (uint8_t)s->protocol;
	a->cookie = s->cookie;
	a->mark = s->mark;
	memcpy(a->device, s->device, sizeof(a->device));
	a->from = s->local;
	a->from_port = s->local_port;
	a->has_from = s->has_address;
	return true;
}

/* connect() */

static bool enter_connect(struct traced *t, struct traced_thread *thread)
{
	int fd = (int)thread->in.args[0];
	struct traced_pending *p = traced_pending_find(t, thread->pid, fd);
	struct traced_attempt a = { 0 };
	struct traced_socket s = { 0 };

	if (!read_address(thread->tid, thread->in.args[1],
			  (size_t)(uint32_t)thread->in.args[2], &a))
		return false;
	if (p) {
		/* It is asked about again, or the number is of another now. */
		if (address_equal(&p->a.to, &a.to) && p->a.port == a.port)
			return true;
		traced_pending_end(t, p, TRACED_GIVEN_UP, 0);
	}

	begin(thread, TRACED_CONNECT, &a);
	if (!ask_socket(t, thread->pid, fd, &a, &s))
		return false;
	if (a.protocol == IPPROTO_TCP)
		a.landlock = traced_landlock_says(thread, a.port);
	a.is_at_once = !s.is_blocking;
	p = traced_pending_add(t, &a, fd);
	if (p)
		p->is_in_call = true;
	return p;
}

/* And what state the socket is in; 0: that is not known. */
static int learn_local(struct traced_pending *p)
{
	struct traced_socket s;

	if (traced_socket_look(p->a.pid, p->fd, &s))
		return 0;
	if (s.local_port) {
		p->a.local = s.local;
		p->a.local_port = s.local_port;
		p->a.has_local = true;
	}
	return s.tcp_state;
}

static bool goes_on(int64_t result)
{
	return result == -EINPROGRESS || result == -EALREADY ||
	       result == -EINTR || result == -EAGAIN ||
	       (-result >= RESTART_FIRST && -result <= RESTART_LAST);
}

static void leave_connect(struct traced *t, struct traced_thread *thread,
			  int64_t result)
{
	int fd = (int)thread->in.args[0];
	struct traced_pending *p = traced_pending_find(t, thread->pid, fd);
	bool is_open;

	if (!p)
		return;
	if (result == -EISCONN)
		result = 0;
	/* With TCP Fast Open it is said to be there before it is. */
	is_open =
		goes_on(result) || (!result && learn_local(p) == TCP_SYN_SENT);
	if (is_open) {
		p->is_in_call = p->a.is_at_once = false;
		p->look_ns = clock_now() + SOON;
		(void)learn_local(p);
		return;
	}
	if (!result && p->a.protocol == IPPROTO_UDP && p->a.port == DOMAIN) {
		thread->dns_fd = fd;
		thread->dns_calls = 0;
	}
	traced_pending_end(t, p, result ? TRACED_FAILED : TRACED_WORKED,
			   (int)-result);
}

/* What it was told of the socket's error. */
static void leave_getsockopt(struct traced *t, struct traced_thread *thread,
			     int64_t result)
{
	struct traced_pending *p =
		traced_pending_find(t, thread->pid, (int)thread->in.args[0]);
	struct traced_socket s;
	int error = 0;

	if (!p || result ||
	    traced_memory_read(thread->tid, thread->in.args[3], &error,
			       sizeof(error)) < sizeof(error))
		return;
	if (error) {
		traced_pending_end(t, p, TRACED_FAILED, error);
		return;
	}

	if (!traced_socket_look(p->a.pid, p->fd, &s) &&
	    s.tcp_state != TCP_SYN_SENT && s.tcp_state != TCP_CLOSE)
		traced_pending_end(t, p, TRACED_WORKED, 0);
}

/* Datagrams that are addressed one by one. */

static bool address_of(const struct traced_thread *thread,
		       struct traced_attempt *a)
{
	const struct traced_enter *e = &thread->in;
	struct msghdr m = { 0 };

	if (e->stop == STOP_SENDTO)
		return e->args[4] &&
		       read_address(thread->tid, e->args[4],
				    (size_t)(uint32_t)e->args[5], a);
	/* The first of many is like the others. */
	return !e->is_narrow &&
	       traced_memory_read(thread->tid, e->args[1], &m, sizeof(m)) ==
		       sizeof(m) &&
	       m.msg_name &&
	       read_address(thread->tid, (uint64_t)m.msg_name, m.msg_namelen,
			    a);
}

static bool is_passing(int64_t result)
{
	return result >= 0 || goes_on(result) || result == -EMSGSIZE ||
	       result == -EPIPE;
}

static void leave_send(struct traced *t, struct traced_thread *thread,
		       int64_t result)
{
	struct traced_attempt a = { 0 };
	struct traced_socket s = { 0 };
	int fd = (int)thread->in.args[0];
	bool is_dns;

	if (!address_of(thread, &a))
		return;
	is_dns = result > 0 && a.port == DOMAIN;
	if (is_passing(result) && !is_dns)
		return;

	begin(thread, TRACED_SEND, &a);
	if (!ask_socket(t, thread->pid, fd, &a, &s) ||
	    a.protocol != IPPROTO_UDP)
		return;
	if (is_dns && thread->dns_fd != fd) {
		thread->dns_fd = fd;
		thread->dns_calls = 0;
	}
	a.is_at_once = true;
	if (!is_passing(result))
		tell(t, &a, result);
}

/* socket(), bind() */

static void leave_socket(struct traced *t, struct traced_thread *thread,
			 int64_t result)
{
	enum { TYPE = 0xf };

	int type = (int)thread->in.args[1] & TYPE;
	struct traced_attempt a = {
		.family = (int)thread->in.args[0],
		.protocol = type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP,
		.is_at_once = true,
	};

	if (result >= 0 || (type != SOCK_STREAM && type != SOCK_DGRAM) ||
	    (a.family != AF_INET && a.family != AF_INET6))
		return;
	begin(thread, TRACED_SOCKET, &a);
	tell(t, &a, result);
}

static void leave_bind(struct traced *t, struct traced_thread *thread,
		       int64_t result)
{
	struct traced_attempt a = { 0 }, where = { 0 };
	struct traced_socket s = { 0 };

	if (result >= 0 ||
	    !read_address(thread->tid, thread->in.args[1],
			  (size_t)(uint32_t)thread->in.args[2], &where))
		return;
	begin(thread, TRACED_BIND, &a);
	if (!ask_socket(t, thread->pid, (int)thread->in.args[0], &a, &s))
		return;
	a.family = where.family;
	a.from = where.to;
	a.from_port = where.port;
	a.has_from = a.is_at_once = true;
	tell(t, &a, result);
}

bool traced_calls_enter(struct traced *t, struct traced_thread *thread,
			const struct traced_enter *e)
{
	struct traced_attempt a = { 0 };
	bool is_dns = thread->dns_fd >= 0 && (int)e->args[0] == thread->dns_fd;

	thread->in = *e;
	thread->since_ns = clock_now();
	switch (e->stop) {
	case STOP_CONNECT:
		return enter_connect(t, thread);
	case STOP_SENDTO:
	case STOP_SENDMSG:
	case STOP_SENDMMSG:
		return is_dns || address_of(thread, &a);
	case STOP_GETSOCKOPT:
		return (int)e->args[1] == SOL_SOCKET &&
		       (int)e->args[2] == SO_ERROR &&
		       traced_pending_find(t, thread->pid, (int)e->args[0]);
	case STOP_SEND:
	case STOP_WRITE:
	case STOP_READ:
	case STOP_RECVFROM:
	case STOP_RECVMSG:
	case STOP_CLOSE:
		return is_dns;
	case STOP_SOCKET:
	case STOP_BIND:
	case STOP_URING:
	case STOP_SECCOMP:
	case STOP_PRCTL:
	case STOP_LANDLOCK_NEW:
	case STOP_LANDLOCK_ADD:
	case STOP_LANDLOCK_ENTER:
		return true;
	case STOP_NONE:
	case STOPS:
		break;
	}

	return false;
}

void traced_calls_leave(struct traced *t, struct traced_thread *thread,
			int64_t result)
{
	switch (thread->in.stop) {
	case STOP_CONNECT:
		leave_connect(t, thread, result);
		break;
	case STOP_SENDTO:
	case STOP_SENDMSG:
	case STOP_SENDMMSG:
		leave_send(t, thread, result);
		break;
	case STOP_GETSOCKOPT:
		leave_getsockopt(t, thread, result);
		break;
	case STOP_SOCKET:
		leave_socket(t, thread, result);
		break;
	case STOP_BIND:
		leave_bind(t, thread, result);
		break;
	case STOP_URING:
		t->about.has_io_uring |= result >= 0;
		break;
	case STOP_SECCOMP:
	case STOP_PRCTL:
		/* What its filter refuses, ours does not see. */
		thread->has_filter |= result >= 0;
		break;
	case STOP_LANDLOCK_NEW:
	case STOP_LANDLOCK_ADD:
	case STOP_LANDLOCK_ENTER:
		traced_landlock_leave(t, thread, result);
		break;
	case STOP_SEND:
	case STOP_WRITE:
	case STOP_READ:
	case STOP_RECVFROM:
	case STOP_RECVMSG:
	case STOP_CLOSE:
	case STOP_NONE:
	case STOPS:
		break;
	}
	traced_messages_leave(t, thread, result);
}
