#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "traced/traced_inside.h"

/*
 * Attempts that have begun and have no end yet. A socket that does not block is
 * looked at now and then; in between it may be read, written and closed by its
 * program, which then says more than we could see.
 */
#define FIRST_LOOK ((int64_t)CLOCK_MILLISECOND)
#define LAST_LOOK (50 * (int64_t)CLOCK_MILLISECOND)
#define LONG (700 * (int64_t)CLOCK_MILLISECOND)
/* So long the program has to ask what became of it. */
#define ASKS_WITHIN (2 * CLOCK_SECOND)

struct traced_pending *
traced_pending_add(struct traced *t, const struct traced_attempt *a, int fd)
{
	struct traced_pending *p;

	if (t->pending_count == t->pending_room) {
		size_t room = t->pending_room ? t->pending_room * 2 : 16;

		p = realloc(t->pending, room * sizeof(*p));
		if (!p)
			return NULL;
		t->pending = p;
		t->pending_room = room;
	}

	p = &t->pending[t->pending_count++];
	*p = (struct traced_pending){
		.a = *a, .fd = fd, .look_ns = INT64_MAX, .every_ns = FIRST_LOOK
	};
	return p;
}

struct traced_pending *traced_pending_find(struct traced *t, pid_t pid, int fd)
{
	for (size_t i = 0; i < t->pending_count; i++)
		if (t->pending[i].a.pid == pid && t->pending[i].fd == fd)
			return &t->pending[i];

	return NULL;
}

void traced_pending_end(struct traced *t, struct traced_pending *p,
			enum traced_end end, int error)
{
	struct traced_attempt a = p->a;

	*p = t->pending[--t->pending_count];
	a.end = end;
	a.error = error;
	a.took_ns = clock_now() - a.began_ns;
	if (t->q.events.ended)
		t->q.events.ended(t->q.events.context, &a);
}

/* True: it is over. */
static bool look(struct traced *t, struct traced_pending *p, int64_t now_ns)
{
	struct traced_socket s;
	int err = traced_socket_look(p->a.pid, p->fd, &s);

	if (err || (p->a.cookie && s.cookie != p->a.cookie)) {
		int fd = p->a.cookie ? traced_socket_find(p->a.pid, p->a.cookie)
				     : -1;

		if (fd < 0) {
			traced_pending_end(t, p,
					   p->dead_ns ? TRACED_FAILED
						      : TRACED_GIVEN_UP,
					   0);
			return true;
		}
		p->fd = fd;
		return false;
	}
	if (s.has_address) {
		p->a.local = s.local;
		p->a.local_port = s.local_port;
		p->a.has_local = true;
	}
	if (s.tcp_state == TCP_SYN_SENT)
		return false;
	if (s.tcp_state != TCP_CLOSE) {
		traced_pending_end(t, p, TRACED_WORKED, 0);
		return true;
	}
	if (!p->dead_ns)
		p->dead_ns = now_ns;
	if (now_ns < p->dead_ns + ASKS_WITHIN)
		return false;

	traced_pending_end(t, p, TRACED_FAILED, 0);
	return true;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void tell_long(const struct traced *t, struct traced_pending *p,
		      int64_t now_ns)
{
	if (p->is_long || now_ns < p->a.began_ns + LONG)
		return;
	p->is_long = true;
	if (t->q.events.waits)
		t->q.events.waits(t->q.events.context, &p->a);
}

int64_t traced_pending_turn(struct traced *t, int64_t now_ns)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < t->pending_count;) {
		struct traced_pending *p = &t->pending[i];

		if (!p->is_in_call && p->look_ns <= now_ns) {
			if (look(t, p, now_ns))
				continue; /* another one is here now */
			p->look_ns = now_ns + p->every_ns;
			p->every_ns = least(p->every_ns * 2, LAST_LOOK);
		}
		tell_long(t, p, now_ns);
		next = least(next, p->look_ns);
		if (!p->is_long)
			next = least(next, p->a.began_ns + LONG);
		i++;
	}

	return next;
}

void traced_pending_gone(struct traced *t, pid_t pid)
{
	for (size_t i = 0; i < t->pending_count;) {
		struct traced_pending *p = &t->pending[i];

		if (p->a.pid == pid)
			traced_pending_end(t, p,
					   p->dead_ns ? TRACED_FAILED
						      : TRACED_GIVEN_UP,
					   0);
		else
			i++;
	}
}
