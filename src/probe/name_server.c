#include "probe/name_server.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"

enum { DNS_PORT = 53, REPEATS = 2 };

/* A name server that did not answer for so long is called silent. */
#define SILENCE (CLOCK_SECOND)

static bool next_name(struct name_servers *s, size_t server);

/* The results slot of a query. */
static struct name_result *result_of(struct name_servers *s,
				     const struct name_query *q)
{
	size_t at = (size_t)(q - &s->queries[0][0]);

	return &s->evidence->servers[at / NAME_TYPES]
			.results[q->candidate][at % NAME_TYPES];
}

static size_t server_of(const struct name_servers *s,
			const struct name_query *q)
{
	return (size_t)(q - &s->queries[0][0]) / NAME_TYPES;
}

static void over(struct name_servers *s, struct name_query *q,
		 enum name_reply reply, int err)
{
	struct name_result *r = result_of(s, q);

	r->reply = reply;
	r->err = err;
	r->took_ns = clock_now() - q->began_ns;
	q->again_ns = 0;
	if (q->fd >= 0)
		probe_unwatch(s->probing, q->fd);
	q->fd = -1;
}

static int open_socket(const struct probing *p, int family, int type)
{
	const struct probe_options *o = p->options;
	const int flags = type | SOCK_NONBLOCK | SOCK_CLOEXEC;
	int fd = o->open_socket
			 ? o->open_socket(o->open_context, family, flags, 0)
			 : socket(family, flags, 0);

	return fd < 0 && !o->open_socket ? -errno : fd;
}

/* The descriptor, connected to the server or about to be; or -errno. */
static int connect_to(const struct name_servers *s,
		      const struct resolv_server *server, int type)
{
	struct attempt to = { .address = server->address };
	int family = address_is_v4(&to.address) ? AF_INET : AF_INET6;
	struct sockaddr_storage sa;
	socklen_t len;
	int fd;

	to.scope = if_nametoindex(server->zone);
	if (!to.scope)
		to.scope = (uint32_t)strtoul(server->zone, NULL, 10);
	len = probe_sockaddr(&to, DNS_PORT, &sa);
	fd = open_socket(s->probing, family, type);
	if (fd < 0)
		return fd;
	if (connect(fd, (struct sockaddr *)&sa, len) < 0 &&
	    errno != EINPROGRESS) {
		int err = -errno;

		(void)close(fd);
		return err;
	}

	return fd;
}

/* Errors of sending: an ICMP error to what was sent before, or our kernel's own
 * refusal. */
static enum name_reply reply_of(int err)
{
	return err == ECONNREFUSED || err == EHOSTUNREACH || err == ECONNRESET
		       ? NAME_CLOSED
		       : NAME_NOT_SENT;
}

static void fail(struct name_servers *s, struct name_query *q, int err)
{
	const struct name_result *r = result_of(s, q);

	if (q->is_tcp && r->answer.is_truncated)
		over(s, q, NAME_TCP_BLOCKED, err);
	else
		over(s, q, reply_of(err), err);
	(void)next_name(s, server_of(s, q));
}

static void open_query(struct name_servers *s, struct name_query *q,
		       bool is_tcp)
{
	const struct resolv_server *server =
		&s->evidence->conf.servers[server_of(s, q)];
	int err;

	q->is_tcp = is_tcp;
	q->is_connected = false;
	q->got_len = 0;
	q->fd = connect_to(s, server, is_tcp ? SOCK_STREAM : SOCK_DGRAM);
	if (q->fd < 0) {
		err = -q->fd;
		q->fd = -1;
		fail(s, q, err);
		return;
	}
	err = probe_watch(s->probing, q->fd, is_tcp ? POLLOUT : POLLIN);
	if (err < 0) {
		(void)close(q->fd);
		q->fd = -1;
		fail(s, q, -err);
		return;
	}
	if (!is_tcp &&
	    send(q->fd, q->sent + 2, q->sent_len - 2, MSG_NOSIGNAL) < 0 &&
	    errno != EAGAIN)
		fail(s, q, errno);
}

static void ask(struct name_servers *s, struct name_query *q,
		enum dns_type type)
{
	const struct name_evidence *e = s->evidence;
	uint16_t id;
	size_t len;

	if (getrandom(&id, sizeof(id), 0) != (ssize_t)sizeof(id))
		return;
	q->question = (struct dns_question){
		.id = id,
		.type = type,
		.name = e->candidates[q->candidate],
		.has_edns = e->conf.has_edns,
	};
	len = dns_query(q->sent + 2, &q->question);
	if (!len)
		return;

	q->sent[0] = (uint8_t)(len >> 8);
	q->sent[1] = (uint8_t)len;
	q->sent_len = len + 2;
	q->began_ns = clock_now();
	q->again_ns = q->began_ns + SILENCE;
	result_of(s, q)->reply = NAME_WAITING;
	s->evidence->servers[server_of(s, q)].is_asked = true;
	open_query(s, q, e->conf.is_tcp_only);
}

static bool is_wanted(const struct name_evidence *e, size_t type)
{
	return e->family == AF_UNSPEC ||
	       (e->family == AF_INET6) ==
		       (name_evidence_type(type) == DNS_AAAA);
}

static void ask_for(struct name_servers *s, size_t server, size_t candidate)
{
	for (size_t t = 0; t < NAME_TYPES; t++) {
		struct name_query *q = &s->queries[server][t];

		q->candidate = candidate;
		if (is_wanted(s->evidence, t))
			ask(s, q, name_evidence_type(t));
	}
}

/* The name as it was typed, where it is asked last. */
static bool is_typed(const struct name_evidence *e, size_t candidate)
{
	return dns_name_equal(e->candidates[candidate], e->host);
}

/* Once both types of a name are known: goes on to the next one as the resolver
 * does, or to the name as it was typed, to compare. */
static bool next_name(struct name_servers *s, size_t server)
{
	const struct name_evidence *e = s->evidence;
	size_t candidate = s->queries[server][0].candidate;
	bool has_address = false;

	for (size_t t = 0; t < NAME_TYPES; t++) {
		const struct name_result *r =
			&e->servers[server].results[candidate][t];

		if (r->reply == NAME_NOT_ASKED)
			continue;
		if (r->reply != NAME_ANSWERED ||
		    (r->answer.rcode != DNS_NOERROR &&
		     r->answer.rcode != DNS_NXDOMAIN))
			return false;
		has_address = has_address || r->answer.count;
	}

	if (has_address && is_typed(e, candidate))
		return false;
	do
		candidate++;
	while (candidate < e->candidate_count && has_address &&
	       !(is_typed(e, candidate) && strchr(e->host, '.')));
	if (candidate >= e->candidate_count)
		return false;

	ask_for(s, server, candidate);
	return true;
}

void name_server_begin(struct name_servers *s, struct probing *p,
		       struct name_evidence *e)
{
	s->probing = p;
	s->evidence = e;
	for (size_t i = 0; i < RESOLV_SERVERS; i++)
		for (size_t t = 0; t < NAME_TYPES; t++)
			s->queries[i][t].fd = -1;
	for (size_t i = 0; i < e->conf.server_count; i++)
		ask_for(s, i, 0);
}

static void take_message(struct name_servers *s, struct name_query *q,
			 const uint8_t *data, size_t len)
{
	struct dns_answer answer;
	enum dns_reading reading =
		dns_answer_read(&answer, data, len, &q->question);

	if (reading == DNS_OF_ANOTHER)
		return;
	if (reading == DNS_BROKEN)
		answer = (struct dns_answer){ .rcode = DNS_SERVFAIL };

	result_of(s, q)->answer = answer;
	if (answer.is_truncated && !q->is_tcp) {
		probe_unwatch(s->probing, q->fd);
		q->again_ns = 0;
		open_query(s, q, true);
		return;
	}
	over(s, q, NAME_ANSWERED, 0);
	(void)next_name(s, server_of(s, q));
}

static void receive_udp(struct name_servers *s, struct name_query *q)
{
	ssize_t n = recv(q->fd, q->got, sizeof(q->got), 0);

	if (n >= 0)
		take_message(s, q, q->got, (size_t)n);
	else if (errno != EAGAIN && errno != EINTR)
		fail(s, q, errno);
}

static void receive_tcp(struct name_servers *s, struct name_query *q)
{
	ssize_t n = recv(q->fd, q->got + q->got_len,
			 sizeof(q->got) - q->got_len, 0);
	size_t len;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		fail(s, q, n ? errno : ECONNRESET);
		return;
	}

	q->got_len += (size_t)n;
	if (q->got_len < 2)
		return;
	len = (size_t)(q->got[0] << 8 | q->got[1]);
	/* More than there is room for: the first records are enough. */
	if (len > sizeof(q->got) - 2 && q->got_len == sizeof(q->got)) {
		q->got[4] |= DNS_IS_TRUNCATED >> 8;
		len = sizeof(q->got) - 2;
	}
	if (q->got_len - 2 >= len)
		take_message(s, q, q->got + 2, len);
}

static void connected(struct name_servers *s, struct name_query *q)
{
	int err = 0;
	socklen_t len = sizeof(err);

	(void)getsockopt(q->fd, SOL_SOCKET, SO_ERROR, &err, &len);
	if (!err && send(q->fd, q->sent, q->sent_len, MSG_NOSIGNAL) < 0)
		err = errno;
	if (err) {
		fail(s, q, err);
		return;
	}

	q->is_connected = true;
	(void)probe_watch(s->probing, q->fd, POLLIN);
}

bool name_server_ready(struct name_servers *s, int fd, short events)
{
	struct name_query *q = &s->queries[0][0];

	(void)events;
	for (size_t i = 0; i < (size_t)RESOLV_SERVERS * NAME_TYPES; i++, q++) {
		if (q->fd != fd)
			continue;
		if (!q->is_tcp)
			receive_udp(s, q);
		else if (q->is_connected)
			receive_tcp(s, q);
		else
			connected(s, q);
		return true;
	}

	return false;
}

int64_t name_server_due(struct name_servers *s)
{
	struct name_query *q = &s->queries[0][0];
	int64_t now = clock_now(), next = 0;

	for (size_t i = 0; i < (size_t)RESOLV_SERVERS * NAME_TYPES; i++, q++) {
		if (q->fd < 0 || !q->again_ns || q->is_tcp)
			continue;
		if (q->again_ns <= now) {
			q->again_ns += SILENCE;
			if (now - q->began_ns >= REPEATS * SILENCE)
				q->again_ns = 0;
			if (send(q->fd, q->sent + 2, q->sent_len - 2,
				 MSG_NOSIGNAL) < 0)
				fail(s, q, errno);
		}
		if (q->again_ns && (!next || q->again_ns < next))
			next = q->again_ns;
	}

	return next;
}

bool name_server_is_over(const struct name_servers *s)
{
	for (size_t i = 0; i < RESOLV_SERVERS; i++)
		for (size_t t = 0; t < NAME_TYPES; t++)
			if (s->queries[i][t].fd >= 0)
				return false;

	return true;
}

void name_server_end(struct name_servers *s)
{
	struct name_query *q = &s->queries[0][0];
	int64_t now = clock_now();

	for (size_t i = 0; i < (size_t)RESOLV_SERVERS * NAME_TYPES; i++, q++) {
		bool is_silent = now - q->began_ns >= SILENCE;

		if (q->fd < 0)
			continue;
		if (!is_silent)
			over(s, q, NAME_WAITING, 0);
		else if (q->is_tcp && result_of(s, q)->answer.is_truncated)
			over(s, q, NAME_TCP_BLOCKED, ETIMEDOUT);
		else
			over(s, q, NAME_SILENT, ETIMEDOUT);
	}
}
