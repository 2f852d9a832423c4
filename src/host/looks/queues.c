#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>

#include "base/i18n.h"
#include "base/text.h"
#include "fact/culprit.h"
#include "host/counters.h"
#include "host/look.h"
#include "host/serving.h"
#include "host/sysctl.h"

/*
 * What the kernel does with a client's packets at the very socket, without a
 * word in any firewall: queues that are full, signatures that are missing, a
 * ttl that is too small. The kernel counts them for the whole network
 * namespace; what ties them to this client is that the socket's own count of
 * drops moved as well, while the client's packets were not answered.
 */
struct queues {
	struct counters_taken counters;
	struct serving serving;
	bool has_counters, has_sockets;
	uint64_t drops; /* of all the sockets of the port */
};

static const enum counter keys[] = {
	COUNTER_MD5_MISSING, COUNTER_MD5_UNEXPECTED, COUNTER_MD5_WRONG,
	COUNTER_AO_REQUIRED, COUNTER_AO_WRONG,       COUNTER_AO_NO_KEY,
};

/* Drops at a socket for want of room, once it is connected. */
static const enum counter room[] = {
	COUNTER_SOCKET_BACKLOG,
	COUNTER_SOCKET_MEMORY,
	COUNTER_SOCKET_QUEUE,
};

enum {
	KEYS = sizeof(keys) / sizeof(*keys),
	ROOM = sizeof(room) / sizeof(*room),
	LEAST_BYTES = 576, /* that any datagram takes of a buffer, at least */
	STATE_SYN_RECEIVED = 3,
};

static const enum fact_kind told[] = {
	FACT_ACCEPT_QUEUE_FULL,
	FACT_SYN_QUEUE_FULL,
	FACT_UDP_BUFFER_FULL,
};

static uint64_t drops_of(const struct serving *s)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < s->sockets.count; i++)
		sum += s->sockets.list[i].drops;

	return sum;
}

/* As it is now: what later changes are measured by. */
static int mark(struct looking *l)
{
	struct queues *q = l->state;
	int error = counters_read(&q->counters);

	q->has_counters = !error;
	serving_done(&q->serving);
	if (!error)
		error = serving_read(&q->serving, "", l->question);
	q->has_sockets = !error;
	q->drops = drops_of(&q->serving);
	return error;
}

/*
 * Queues that are full whoever comes.
 */

static bool is_tcp(const struct looking *l)
{
	return l->question->protocol == IPPROTO_TCP;
}

/* sk_acceptq_is_full(): one more than the backlog may wait. */
static bool is_accept_full(const struct listener *s)
{
	return s->state == TCP_LISTEN && !s->is_rough && s->queued > s->backlog;
}

static bool is_buffer_full(const struct listener *s)
{
	return s->has_memory && s->memory + LEAST_BYTES > s->memory_most;
}

/* The first of those that take this client's packets, if all of them are so;
 * NULL: some are not, or there is none. */
static const struct listener *all_are(const struct looking *l,
				      const struct serving *s,
				      bool (*is)(const struct listener *s))
{
	const struct listeners_packet p = serving_packet(l->question);
	const struct listener *first = NULL;

	for (size_t i = 0; i < s->sockets.count; i++) {
		const struct listener *one = &s->sockets.list[i];
		enum listeners_fit fit = listeners_fit(one, &p);

		if (fit > LISTENERS_MAYBE)
			continue;
		if (fit == LISTENERS_MAYBE || !is(one))
			return NULL;
		if (!first)
			first = one;
	}

	return first;
}

/* What is full: how much is in it, of how much. %1$s: the socket, %4$s: the
 * program that should empty it. */
struct fullness {
	enum fact_kind kind;
	const char *step, *fact;
};

static const struct fullness accept_full = {
	FACT_ACCEPT_QUEUE_FULL,
	N_("the accept queue of %1$s is full (%2$u wait, the backlog is %3$u): %4$s does not take its connections"),
	N_("The accept queue of %1$s is full (%2$u wait, the backlog is %3$u): %4$s does not take its connections."),
};

static const struct fullness buffer_full = {
	FACT_UDP_BUFFER_FULL,
	N_("the receive buffer of udp %1$s is full (%2$u of %3$u bytes): %4$s does not read it"),
	N_("The receive buffer of udp %1$s is full (%2$u of %3$u bytes): %4$s does not read it."),
};

static void tell_fullness(struct looking *l, struct serving *s,
			  const struct listener *socket,
			  const struct fullness *f)
{
	bool is_buffer = f == &buffer_full;
	unsigned in_it = is_buffer ? socket->memory : socket->queued;
	unsigned most = is_buffer ? socket->memory_most : socket->backlog;
	struct text program = TEXT_NULL, where = TEXT_NULL;
	struct culprit *c;

	(void)serving_find_owners(s);
	c = serving_culprit(l->record->arena, s, socket, l->links);
	serving_program(&program, s, socket);
	serving_socket(&where, socket, l->links);
	look_step(l, STEP_FAIL, _(f->step), text_string(&where), in_it, most,
		  text_string(&program));
	look_tell(l, f->kind, c, _(f->fact), text_string(&where), in_it, most,
		  text_string(&program));
	text_done(&program);
	text_done(&where);
}

/* Handshakes of the port that are not finished. */
static unsigned half_open(const struct looking *l)
{
	const struct listeners_question q = {
		.where = "",
		.port = l->question->port,
		.protocol = IPPROTO_TCP,
		.states = 1 << STATE_SYN_RECEIVED,
	};
	struct listeners found;
	size_t count = listeners_read(&q, &found) ? 0 : found.count;

	listeners_done(&found);
	return (unsigned)count;
}

static struct culprit *sysctl_culprit(const struct looking *l, const char *name,
				      int64_t value)
{
	struct culprit *c =
		culprit_new(l->record->arena, CULPRIT_SYSCTL, VANTAGE_SERVER,
			    "%s = %lld", name, (long long)value);

	culprit_text(c, l->record->arena, "name", name);
	culprit_number(c, "value", value);
	return c;
}

static const char cookies[] = "net.ipv4.tcp_syncookies";

/* tcp_conn_request(): without cookies it is full at the backlog, and for
 * strangers at three quarters of tcp_max_syn_backlog. */
static bool is_syn_full(const struct looking *l, const struct serving *s,
			unsigned *waiting)
{
	const struct listener *best;
	enum listeners_fit fit;
	int64_t value = 1, most = 0;

	if (sysctl_number(cookies, &value) || value != 0 ||
	    sysctl_number("net.ipv4.tcp_max_syn_backlog", &most))
		return false;
	best = serving_best(s, l->question, &fit);
	if (!best || fit > LISTENERS_MAYBE)
		return false;

	*waiting = half_open(l);
	return *waiting && (*waiting >= best->backlog ||
			    most - (int64_t)*waiting < most / 4);
}

static void tell_syn_full(struct looking *l, unsigned waiting)
{
	look_step(l, STEP_FAIL,
		  _("%1$u handshakes of the port are not finished, no more are "
		    "taken, and SYN cookies are off"),
		  waiting);
	look_tell(
		l, FACT_SYN_QUEUE_FULL, sysctl_culprit(l, cookies, 0),
		_("Of the port's handshakes %1$u are not finished, no more are taken, and SYN cookies are off."),
		waiting);
}

static void tell_full(struct looking *l, struct serving *s)
{
	const struct listener *full;
	unsigned waiting = 0;

	if (!is_tcp(l)) {
		full = all_are(l, s, is_buffer_full);
		if (full)
			tell_fullness(l, s, full, &buffer_full);
		return;
	}

	full = all_are(l, s, is_accept_full);
	if (full)
		tell_fullness(l, s, full, &accept_full);
	else if (is_syn_full(l, s, &waiting))
		tell_syn_full(l, waiting);
}

/* Whoever is to try the service must know that a connection of its own would
 * take the place of another one. */
static void tell_waiting(struct looking *l, const struct serving *s)
{
	for (size_t i = 0; i < s->sockets.count; i++)
		if (s->sockets.list[i].state == TCP_LISTEN &&
		    s->sockets.list[i].queued)
			look_tell(l, FACT_CONNECTIONS_WAIT, NULL, NULL);
}

static void forget(struct looking *l)
{
	look_forget(l, told, sizeof(told) / sizeof(*told));
}

static int before_here(struct looking *l)
{
	struct queues *q = l->state;
	int error = mark(l);

	if (!error) {
		tell_waiting(l, &q->serving);
		tell_full(l, &q->serving);
	}
	return error;
}

/* Without a packet: whatever was done until now is not the client's. */
static int client_here(struct looking *l)
{
	struct queues *q = l->state;
	struct serving now;
	int error;

	forget(l);
	if (!l->question->client_port)
		error = mark(l);
	else
		error = q->has_sockets ? 0 : -ENODATA;
	if (error)
		return error;

	error = serving_read(&now, "", l->question);
	if (!error)
		tell_full(l, &now);
	serving_done(&now);
	return error;
}

/*
 * After an attempt.
 */

enum { OTHER_DROPS = 2 };

struct changes {
	struct looking *l;
	const struct queues *before;
	struct counters_taken counters;
	struct serving now;
	uint64_t drops;                /* of the port's own sockets */
	uint64_t least;                /* packets of the attempt, at least */
	const struct listener *socket; /* that gets them, or NULL */
	enum listeners_fit fit;
};

static uint64_t grown(const struct changes *c, enum counter counter)
{
	return counters_grown(&c->before->counters, &c->counters, counter);
}

static uint64_t grown_all(const struct changes *c, const enum counter *list,
			  size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += grown(c, list[i]);

	return sum;
}

static bool has_seen(const struct changes *c, enum fact_kind kind)
{
	return c->l->seen && fact_has(c->l->seen, kind);
}

/* Where others' packets are dropped as well, a counter does not tell that the
 * client's are among them: something before may have taken those. */
static bool is_of_others(const struct changes *c, uint64_t count)
{
	return count > 2 * c->least + OTHER_DROPS;
}

/* The client's SYNs came and were not answered, and so many at least were
 * dropped by this socket. */
static bool is_dropped_here(const struct changes *c)
{
	return c->socket && has_seen(c, FACT_SYN_SILENCE) &&
	       !has_seen(c, FACT_SYNACK_SEEN) && c->drops >= c->least;
}

static struct culprit *socket_culprit(struct changes *c)
{
	(void)serving_find_owners(&c->now);
	return serving_culprit(c->l->record->arena, &c->now, c->socket,
			       c->l->links);
}

static void tell_accept_dropped(struct changes *c)
{
	uint64_t count = grown(c, COUNTER_ACCEPT_QUEUE);
	struct looking *l = c->l;
	bool is_full = c->socket && is_accept_full(c->socket);

	if (!count || !c->drops || !c->socket)
		return;
	/* Where it is full no longer, all that this socket dropped may still
	 * have been for that. */
	if (!is_full && grown(c, COUNTER_LISTEN_DROPS) != count)
		return;
	if (!is_full)
		look_tell(l, FACT_ACCEPT_QUEUE_FULL, socket_culprit(c),
			  _("The accept queue was full: ListenOverflows grew "
			    "by %llu."),
			  (unsigned long long)count);
	if (is_dropped_here(c) && count >= c->least && !is_of_others(c, count))
		look_tell(l, FACT_ACCEPT_QUEUE_DROPPED, socket_culprit(c),
			  _("While the client's SYN was not answered, "
			    "ListenOverflows grew by %1$llu and the socket's "
			    "own drops by %2$llu."),
			  (unsigned long long)count,
			  (unsigned long long)c->drops);
}

static void tell_syn_dropped(struct changes *c)
{
	uint64_t count = grown(c, COUNTER_SYN_QUEUE);
	struct looking *l = c->l;
	int64_t value = 1;

	if (!count || !is_dropped_here(c) || sysctl_number(cookies, &value))
		return;

	look_tell(l, FACT_SYN_QUEUE_FULL, sysctl_culprit(l, cookies, value),
		  NULL);
	if (is_of_others(c, count))
		return;
	look_tell(l, FACT_SYN_QUEUE_DROPPED, sysctl_culprit(l, cookies, value),
		  _("While the client's SYN was not answered, "
		    "TCPReqQFullDrop grew by %1$llu and the socket's own drops "
		    "by %2$llu."),
		  (unsigned long long)count, (unsigned long long)c->drops);
}

/* What only its own counter shows. */
static void tell_counted(struct changes *c, uint64_t count, enum fact_kind kind,
			 const char *words, const char *step)
{
	if (count < c->least || !is_dropped_here(c))
		return;

	look_tell(c->l, kind, socket_culprit(c), words,
		  (unsigned long long)count, (unsigned long long)c->drops);
	look_step(c->l, STEP_FAIL, step, (unsigned long long)count);
}

static void tell_udp(struct changes *c)
{
	uint64_t count =
		grown(c, COUNTER_UDP_BUFFER) + grown(c, COUNTER_UDP_BUFFER6);
	uint64_t nobody =
		grown(c, COUNTER_UDP_NO_PORT) + grown(c, COUNTER_UDP_NO_PORT6);
	struct looking *l = c->l;

	if (count >= c->least && c->socket && c->drops >= c->least &&
	    !has_seen(c, FACT_UDP_ANSWERED)) {
		look_tell(l, FACT_UDP_BUFFER_FULL, socket_culprit(c), NULL);
		look_tell(l, FACT_UDP_BUFFER_DROPPED, socket_culprit(c),
			  _("While the client's datagrams were not answered, "
			    "RcvbufErrors grew by %1$llu and the socket's own "
			    "drops by %2$llu."),
			  (unsigned long long)count,
			  (unsigned long long)c->drops);
	}
	if (nobody >= c->least && !c->now.sockets.count &&
	    !c->before->serving.sockets.count)
		look_tell(l, FACT_UDP_NO_PORT,
			  serving_no_socket(l->record->arena, l->question),
			  _("The kernel counted %llu datagrams for which no "
			    "socket was open (NoPorts)."),
			  (unsigned long long)nobody);
}

/* The client's own tuple, in that state. */
static bool has_tuple(const struct looking *l, uint32_t states,
		      struct listener *ret)
{
	const struct look_question *q = l->question;
	const struct listeners_question ask = {
		.where = "",
		.port = q->port,
		.peer_port = q->client_port,
		.protocol = IPPROTO_TCP,
		.states = states,
	};
	struct listeners found;
	bool is_there = false;

	if (!q->client_port || listeners_read(&ask, &found)) {
		listeners_done(&found);
		return false;
	}
	for (size_t i = 0; i < found.count && !is_there; i++)
		if (address_equal(&found.list[i].peer, &q->client)) {
			*ret = found.list[i];
			is_there = true;
		}
	listeners_done(&found);
	return is_there;
}

static void tell_stale(struct changes *c)
{
	struct looking *l = c->l;
	struct listener old;
	struct culprit *culprit;

	if (has_seen(c, FACT_HANDSHAKE_DONE) || has_seen(c, FACT_SYNACK_SEEN))
		return;
	if (grown(c, COUNTER_PAWS_TIMEWAIT) &&
	    has_tuple(l, 1 << TCP_TIME_WAIT, &old)) {
		culprit = serving_culprit(l->record->arena, &c->now, &old,
					  l->links);
		look_tell(l, FACT_TIMEWAIT_REFUSED, culprit,
			  _("The client's last connection from the same port "
			    "is in TIME-WAIT, and its SYN was refused for its "
			    "timestamp (PAWSTimewait)."));
	}
	if (grown(c, COUNTER_SYN_CHALLENGE) &&
	    has_tuple(l, 1 << TCP_ESTABLISHED | 1 << TCP_CLOSE_WAIT, &old)) {
		culprit = serving_culprit(l->record->arena, &c->now, &old,
					  l->links);
		look_tell(l, FACT_TUPLE_IN_USE, culprit,
			  _("The server still has an older connection of the "
			    "same two ports, and took the SYN for a part of "
			    "it (TCPSYNChallenge)."));
	}
}

static void tell_room(struct changes *c)
{
	uint64_t count = grown_all(c, room, ROOM);
	struct listener own;
	int64_t most[2] = { 0 };

	if (!count)
		return;
	if (!has_tuple(c->l, 1 << TCP_ESTABLISHED | 1 << TCP_CLOSE_WAIT,
		       &own) ||
	    !own.drops || sysctl_pair("net.ipv4.tcp_rmem", most))
		return;

	look_tell(c->l, FACT_SOCKET_ROOM_DROPPED,
		  sysctl_culprit(c->l, "net.ipv4.tcp_rmem", most[0]),
		  _("The kernel dropped %llu segments at sockets that had no "
		    "room for them, and this connection's is among them."),
		  (unsigned long long)count);
}

/* A counter that moved, but not for this client as far as can be told. */
static void tell_moved(const struct changes *c, uint64_t count,
		       enum fact_kind sure, enum fact_kind maybe)
{
	if (count && !fact_has(&c->l->facts->set, sure))
		look_tell(c->l, maybe, NULL, NULL);
}

/* Kernels of before 2016 do not count all of it. */
static bool is_complete(const struct changes *c)
{
	static const enum counter needed[] = {
		COUNTER_ACCEPT_QUEUE, COUNTER_LISTEN_DROPS, COUNTER_SYN_QUEUE,
		COUNTER_MD5_MISSING,  COUNTER_LEAST_TTL,
	};

	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
		if (!c->counters.has[needed[i]])
			return false;

	return true;
}

static void tell_all_moved(const struct changes *c)
{
	tell_moved(c, grown(c, COUNTER_ACCEPT_QUEUE), FACT_ACCEPT_QUEUE_FULL,
		   FACT_ACCEPT_QUEUE_COUNTED);
	tell_moved(c, grown(c, COUNTER_SYN_QUEUE), FACT_SYN_QUEUE_FULL,
		   FACT_SYN_QUEUE_COUNTED);
	tell_moved(c, grown_all(c, keys, KEYS), FACT_KEY_DROPPED,
		   FACT_KEY_COUNTED);
	tell_moved(c, grown(c, COUNTER_LEAST_TTL), FACT_TTL_DROPPED,
		   FACT_TTL_COUNTED);
	tell_moved(c, grown_all(c, room, ROOM), FACT_SOCKET_ROOM_DROPPED,
		   FACT_SOCKET_ROOM_COUNTED);
	if (c->counters.has[COUNTER_PAWS_TIMEWAIT] &&
	    !grown(c, COUNTER_PAWS_TIMEWAIT))
		look_tell(c->l, FACT_TIMEWAIT_QUIET, NULL, NULL);
}

static void tell_changes(struct changes *c)
{
	struct looking *l = c->l;

	if (!is_tcp(l)) {
		tell_udp(c);
	} else {
		tell_accept_dropped(c);
		tell_syn_dropped(c);
		tell_counted(
			c, grown_all(c, keys, KEYS), FACT_KEY_DROPPED,
			_("For their signature (TCP-MD5, TCP-AO) %1$llu segments were dropped, and the service's own socket dropped %2$llu."),
			_("%llu segments were dropped for their signature (TCP-MD5, TCP-AO)"));
		tell_counted(
			c, grown(c, COUNTER_LEAST_TTL), FACT_TTL_DROPPED,
			_("For too small a ttl (TCPMinTTLDrop) %1$llu packets were dropped, and the service's own socket dropped %2$llu."),
			_("%llu packets were dropped for too small a ttl (TCPMinTTLDrop)"));
		tell_stale(c);
		tell_room(c);
		tell_all_moved(c);
	}
	if (is_complete(c) || !is_tcp(l))
		look_tell(l, FACT_SOCKET_QUEUES_READ, NULL, NULL);
}

static int after_here(struct looking *l)
{
	struct changes c = { .l = l, .before = l->state };
	int error =
		c.before->has_counters && c.before->has_sockets ? 0 : -ENODATA;

	if (!error)
		error = counters_read(&c.counters);
	if (!error)
		error = serving_read(&c.now, "", l->question);
	if (!error) {
		uint64_t drops = drops_of(&c.now);

		c.drops = drops > c.before->drops ? drops - c.before->drops : 0;
		c.least = has_seen(&c, FACT_SYN_REPEATED) ? 2 : 1;
		c.socket = serving_best(&c.now, l->question, &c.fit);
		if (c.fit > LISTENERS_MAYBE)
			c.socket = NULL;
		tell_changes(&c);
	}
	serving_done(&c.now);
	return error;
}

static int before(struct looking *l)
{
	return serving_ask_sure(l, before_here, forget);
}

static int client(struct looking *l)
{
	return serving_ask_sure(l, client_here, forget);
}

static int after(struct looking *l)
{
	return serving_ask_sure(l, after_here, forget);
}

static void done(struct looking *l)
{
	struct queues *q = l->state;

	serving_done(&q->serving);
}

const struct look look_queues = {
	.id = "queues",
	.title = N_("queues and drops of the service's sockets"),
	.state_size = sizeof(struct queues),
	.before = before,
	.client = client,
	.anybody = client,
	.after = after,
	.done = done,
};
