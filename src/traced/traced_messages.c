#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "traced/traced_inside.h"

/*
 * What is said to a name server, and what it answers: that shows which name an
 * address belongs to, and what became of one that has none.
 */
enum { MESSAGE_MOST = 1500, CALLS_MOST = 200, MESSAGES_MOST = 8 };

static void tell(struct traced *t, const struct traced_thread *thread,
		 uint64_t at, size_t len)
{
	static const int64_t header = 12;
	unsigned char data[MESSAGE_MOST] = { 0 };
	bool is_query;

	if (len > sizeof(data))
		len = sizeof(data);
	len = traced_memory_read(thread->tid, at, data, len);
	if (len < (size_t)header || !t->q.events.message)
		return;
	is_query = !(data[2] & 0x80);
	t->q.events.message(t->q.events.context, is_query, data, len);
}

/* One of a vector; what is behind its first piece is left out. */
static void tell_vector(struct traced *t, const struct traced_thread *thread,
			uint64_t at, size_t len)
{
	struct msghdr m = { 0 };
	struct iovec v = { 0 };

	if (traced_memory_read(thread->tid, at, &m, sizeof(m)) < sizeof(m) ||
	    !m.msg_iovlen ||
	    traced_memory_read(thread->tid, (uint64_t)m.msg_iov, &v,
			       sizeof(v)) < sizeof(v))
		return;
	tell(t, thread, (uint64_t)v.iov_base,
	     len < v.iov_len ? len : v.iov_len);
}

static void tell_many(struct traced *t, const struct traced_thread *thread,
		      uint64_t at, int64_t count)
{
	for (int64_t i = 0; i < count && i < MESSAGES_MOST; i++)
		tell_vector(t, thread,
			    at + (uint64_t)i * sizeof(struct mmsghdr),
			    MESSAGE_MOST);
}

/* The narrow ones' vectors are others, and are not read. */
static void look(struct traced *t, const struct traced_thread *thread,
		 int64_t result)
{
	const struct traced_enter *e = &thread->in;
	enum stop s = e->stop;
	size_t len = (size_t)result;

	if (s == STOP_SENDTO || s == STOP_SEND || s == STOP_WRITE ||
	    s == STOP_READ || s == STOP_RECVFROM)
		tell(t, thread, e->args[1], len);
	else if ((s == STOP_SENDMSG || s == STOP_RECVMSG) && !e->is_narrow)
		tell_vector(t, thread, e->args[1], len);
	else if (s == STOP_SENDMMSG && !e->is_narrow)
		tell_many(t, thread, e->args[1], result);
}

void traced_messages_leave(struct traced *t, struct traced_thread *thread,
			   int64_t result)
{
	enum stop s = thread->in.stop;

	if (thread->dns_fd < 0)
		return;
	if (s != STOP_NONE && (int)thread->in.args[0] == thread->dns_fd) {
		if (s == STOP_CLOSE)
			thread->dns_fd = -1;
		else if (result > 0)
			look(t, thread, result);
	}
	/* Some keep such a socket for ever. */
	if (++thread->dns_calls > CALLS_MOST)
		thread->dns_fd = -1;
}
