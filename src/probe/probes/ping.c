/*
 * Echo requests to the host: whether it answers, how far away it is and how much
 * is lost. Only context for the service's own port, because plenty of healthy
 * hosts do not answer ping. Without privilege where net.ipv4.ping_group_range
 * permits it, which covers IPv6 as well.
 *
 * Once the port has answered, its round trip tells when an echo is overdue. Then
 * more are sent: a few quickly, to learn whether the host answers at all, and
 * if it does, more of them with time between. Hosts and routers limit how many
 * they answer, which does not look like loss: those after the first ones stay
 * unanswered. What is lost between others is lost by chance.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cursor.h"
#include "base/i18n.h"
#include "net/checksum.h"
#include "net/icmp.h"
#include "probe/icmp_error.h"
#include "probe/probe.h"

#define ID "ping"
#define INTERVAL (200 * (int64_t)CLOCK_MILLISECOND)
#define WAIT CLOCK_SECOND
/* Of those to learn whether the host answers, and how much is lost. */
#define BLIND_INTERVAL (5 * (int64_t)CLOCK_MILLISECOND / 2)
#define SURE_INTERVAL (18 * (int64_t)CLOCK_MILLISECOND)
/* Overdue is what takes so many times the round trip, within these bounds. */
#define OVERDUE_LEAST (5 * (int64_t)CLOCK_MILLISECOND)
#define OVERDUE_UNKNOWN (30 * (int64_t)CLOCK_MILLISECOND)
#define OVERDUE_MOST (300 * (int64_t)CLOCK_MILLISECOND)
/* Later than this the port answered a repeated SYN, not the first. */
#define REPEATED (500 * (int64_t)CLOCK_MILLISECOND)
/* All else is known: how long a host is waited for that has not answered, and
 * one that has. */
#define HURRY_BLIND (30 * (int64_t)CLOCK_MILLISECOND)
#define HURRY_MOST (350 * (int64_t)CLOCK_MILLISECOND)

enum {
	USUAL_COUNT = 3,
	BLIND_COUNT = 10,
	SURE_COUNT = 15, /* besides those that were sent before */
	OVERDUE_TRIPS = 4,
	SCATTER_LEAST = 3, /* answered, and changes to answered */
	MOST_COUNT = 1000,
	HEADER = 8,
	DATA = 48,       /* as much as ping sends after its time stamp */
	IP_WORD = 4,     /* unit of the IPv4 header's length */
	REPLY_MOST = 256 /* longer ones are not ours */
};

struct echo {
	int64_t sent_ns;
	int64_t took_ns; /* -1: not answered */
};

struct state {
	int fd; /* -1: there is none */
	bool is_raw;
	bool is_v4;
	uint16_t id;                    /* of a raw socket */
	unsigned count, sent, answered; /* count: the most */
	unsigned sure_from; /* the first with time between; 0: none yet */
	int64_t hurried_ns; /* 0: not yet */
	struct echo *echoes;
	uint8_t ttl; /* of the last answer; 0: not known */
	struct icmp_error error;
	bool has_error;
	int refused; /* errno of sending, positive */
};

static int open_echo(struct probing *p, struct state *s)
{
	int family = s->is_v4 ? AF_INET : AF_INET6;
	int protocol = s->is_v4 ? IPPROTO_ICMP : (int)IPPROTO_ICMPV6;

	s->fd = probe_socket(p, family, SOCK_DGRAM, protocol);
	if (s->fd >= 0 ||
	    (s->fd != -EACCES && s->fd != -EPERM && s->fd != -EPROTONOSUPPORT))
		return s->fd;

	s->is_raw = true;
	s->fd = probe_socket(p, family, SOCK_RAW, protocol);
	return s->fd;
}

static void set_up(const struct state *s)
{
	int level = s->is_v4 ? IPPROTO_IP : IPPROTO_IPV6;
	int ttl = s->is_v4 ? IP_RECVTTL : IPV6_RECVHOPLIMIT;
	int on = 1;

	(void)icmp_error_want(s->fd, s->is_v4 ? AF_INET : AF_INET6);
	(void)setsockopt(s->fd, level, ttl, &on, sizeof(on));
	(void)setsockopt(s->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
}

/* The kernel fills in the checksum but for a raw IPv4 socket, and its own id for
 * one that is not raw. */
static void send_echo(struct state *s)
{
	uint8_t data[HEADER + DATA] = { s->is_v4 ? ICMP_ECHO : ICMP6_ECHO };
	struct echo *e = &s->echoes[s->sent];
	uint16_t sum;

	data[4] = (uint8_t)(s->id >> 8);
	data[5] = (uint8_t)s->id;
	data[6] = (uint8_t)(s->sent >> 8);
	data[7] = (uint8_t)s->sent;
	for (int i = 0; i < DATA; i++)
		data[HEADER + i] = (uint8_t)(0x10 + i); /* as ping's */
	if (s->is_v4) {
		sum = checksum_fold(checksum_add(0, data, sizeof(data)));
		data[2] = (uint8_t)(sum >> 8);
		data[3] = (uint8_t)sum;
	}

	*e = (struct echo){ .sent_ns = clock_now(), .took_ns = -1 };
	s->sent++;
	/* An ICMP error that is waiting is told by the next call, and then the
	 * packet has not been sent. */
	for (int i = 0; i < 2; i++) {
		s->refused = send(s->fd, data, sizeof(data), 0) < 0 ? errno : 0;
		if (!s->refused)
			return;
	}
}

static int64_t age_of(const struct timespec *ts)
{
	int64_t at = (int64_t)ts->tv_sec * CLOCK_SECOND + ts->tv_nsec;
	int64_t age = clock_wall() - at;

	return age > 0 && age < CLOCK_SECOND ? age : 0;
}

/* The ttl of the answer, and how long ago the kernel took it in. */
static int64_t read_control(struct msghdr *msg, int *ret_ttl)
{
	int64_t age = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c;
	     c = CMSG_NXTHDR(msg, c)) {
		struct timespec ts;

		if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL) ||
		    (c->cmsg_level == IPPROTO_IPV6 &&
		     c->cmsg_type == IPV6_HOPLIMIT))
			memcpy(ret_ttl, CMSG_DATA(c), sizeof(*ret_ttl));
		if (c->cmsg_level == SOL_SOCKET &&
		    c->cmsg_type == SCM_TIMESTAMPNS) {
			memcpy(&ts, CMSG_DATA(c), sizeof(ts));
			age = age_of(&ts);
		}
	}

	return age;
}

/* The number of the request that this answers, or -1. */
static int read_reply(const struct state *s, const uint8_t *data, size_t len)
{
	struct cursor c = cursor_over(data, len);
	uint8_t type;
	uint16_t id, seq;

	if (s->is_raw && s->is_v4) {
		uint8_t first = cursor_u8(&c);
		size_t header = (size_t)(first & 0xf) * IP_WORD;

		if (header)
			(void)cursor_bytes(&c, header - 1);
	}
	type = cursor_u8(&c);
	(void)cursor_bytes(&c, 3);
	id = cursor_be16(&c);
	seq = cursor_be16(&c);
	if (!cursor_ok(&c) || seq >= s->sent || (s->is_raw && id != s->id) ||
	    type != (s->is_v4 ? ICMP_ECHO_REPLY : ICMP6_ECHO_REPLY))
		return -1;

	return seq;
}

static bool take_reply(struct state *s)
{
	uint8_t data[REPLY_MOST];
	_Alignas(struct cmsghdr) unsigned char control[256];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	ssize_t len = recvmsg(s->fd, &msg, MSG_DONTWAIT);
	int64_t age;
	int seq, ttl = 0;

	if (len < 0)
		return false;

	age = read_control(&msg, &ttl);
	seq = read_reply(s, data, (size_t)len);
	if (seq < 0 || s->echoes[seq].took_ns >= 0)
		return true;

	s->echoes[seq].took_ns = clock_now() - s->echoes[seq].sent_ns - age;
	if (s->echoes[seq].took_ns < 0)
		s->echoes[seq].took_ns = 0;
	s->answered++;
	if (ttl > 0 && ttl <= UINT8_MAX)
		s->ttl = (uint8_t)ttl;
	return true;
}

static void take_all(struct state *s)
{
	struct icmp_error e;

	while (icmp_error_read(s->fd, &e) == 1) {
		if (!s->has_error && e.version)
			s->error = e;
		s->has_error = s->has_error || e.version;
	}
	while (take_reply(s))
		;
}

static void add_times(const struct state *s, struct text *out)
{
	int64_t least = INT64_MAX, most = 0, sum = 0;

	for (unsigned i = 0; i < s->sent; i++) {
		int64_t took = s->echoes[i].took_ns;

		if (took < 0)
			continue;
		least = took < least ? took : least;
		most = took > most ? took : most;
		sum += took;
	}
	text_format(out, _("%1$.1f/%2$.1f/%3$.1f ms"),
		    (double)least / CLOCK_MILLISECOND,
		    (double)sum / s->answered / CLOCK_MILLISECOND,
		    (double)most / CLOCK_MILLISECOND);
}

/* Of the host, as the echoes or the port tell it; 0: not known. */
static int64_t round_trip(const struct probing *p, const struct state *s)
{
	int64_t port = p->attempt->answered_after_ns;
	int64_t most = 0;

	for (unsigned i = 0; i < s->sent; i++)
		if (s->echoes[i].took_ns > most)
			most = s->echoes[i].took_ns;
	if (most)
		return most;

	return port < REPEATED ? port : 0;
}

/* How long after it was sent an echo is overdue. */
static int64_t overdue_after(const struct probing *p, const struct state *s)
{
	int64_t trip = round_trip(p, s);
	int64_t span = OVERDUE_TRIPS * trip;

	/* An error may come from nearer than the host. */
	if (!trip || fact_has(&p->facts->set, FACT_ICMP_ERROR))
		return OVERDUE_UNKNOWN;
	if (span < OVERDUE_LEAST)
		return OVERDUE_LEAST;

	return span < OVERDUE_MOST ? span : OVERDUE_MOST;
}

static bool is_overdue(const struct probing *p, const struct state *s,
		       unsigned i)
{
	const struct echo *e = &s->echoes[i];

	return e->took_ns < 0 &&
	       clock_now() - e->sent_ns >= overdue_after(p, s);
}

/* Not answered, and either overdue or a later one is answered. */
static bool is_lost(const struct probing *p, const struct state *s, unsigned i)
{
	if (s->echoes[i].took_ns >= 0)
		return false;
	for (unsigned k = i + 1; k < s->sent; k++)
		if (s->echoes[k].took_ns >= 0)
			return true;

	return is_overdue(p, s, i);
}

/* Of those that are so old. */
static unsigned count_lost(const struct probing *p, const struct state *s,
			   int64_t age_ns)
{
	unsigned lost = 0;

	for (unsigned i = 0; i < s->sent; i++)
		lost += clock_now() - s->echoes[i].sent_ns >= age_ns &&
			is_lost(p, s, i);
	return lost;
}

/* Of those with time between: several are answered after others were not. */
static bool is_scattered(const struct state *s)
{
	unsigned changes = 0;

	if (!s->sure_from)
		return false;
	for (unsigned i = s->sure_from; i < s->sent; i++)
		changes += s->echoes[i].took_ns >= 0 &&
			   s->echoes[i - 1].took_ns < 0;

	return changes >= SCATTER_LEAST;
}

static enum step_status tell_answered(const struct probing *p,
				      const struct state *s, struct text *out)
{
	/* A busy host may need longer than the others did. */
	unsigned lost = count_lost(p, s, OVERDUE_UNKNOWN);

	text_format(out, _("%1$u of %2$u answered"), s->answered,
		    s->answered + lost);
	if (s->ttl)
		text_format(out, _(", ttl %u"), s->ttl);
	text_str(out, ", ");
	add_times(s, out);
	fact_tell(p->facts, FACT_HOST_PINGS, ID, NULL,
		  _("The host answers ping: %s."), text_string(out));
	p->attempt->reply_ttl = s->ttl;
	if (lost)
		fact_tell(p->facts, FACT_PING_PARTLY, ID, NULL, NULL);
	if (is_scattered(s))
		fact_tell(p->facts, FACT_PING_SCATTERED, ID, NULL, NULL);

	return STEP_PASS;
}

static enum step_status tell_all(const struct probing *p, struct text *out)
{
	const struct state *s = p->state;
	int64_t waited = s->sent ? clock_now() - s->echoes[0].sent_ns : 0;

	if (s->answered)
		return tell_answered(p, s, out);
	if (s->has_error) {
		icmp_error_text(out, &s->error);
		fact_tell(p->facts, FACT_PING_REFUSED, ID, NULL,
			  _("The echo request was answered with %s."),
			  text_string(out));
		return STEP_FAIL;
	}
	if (s->refused) {
		text_format(out, _("cannot be sent: %s"), strerror(s->refused));
		fact_tell(p->facts, FACT_PING_NOT_SENT, ID, NULL,
			  _("The echo request %s."), text_string(out));
		return STEP_FAIL;
	}
	if (waited < WAIT) {
		text_str(out, _("no answer yet"));
		return STEP_SKIP;
	}

	text_format(out, _("none of %u answered, which is no fault by itself"),
		    s->sent);
	fact_tell(p->facts, FACT_PING_UNANSWERED, ID, NULL, NULL);
	return STEP_FAIL;
}

static void finish(struct probing *p)
{
	struct text t = TEXT_NULL;
	enum step_status status = tell_all(p, &t);

	probe_end(p, status, "%s", text_string(&t));
	text_done(&t);
}

/* What is sent next, and when. */
struct plan {
	unsigned count; /* in all */
	int64_t interval_ns;
};

static struct plan plan_next(const struct probing *p, struct state *s)
{
	bool knows = p->attempt->is_connected && !p->options->count &&
		     !s->has_error && round_trip(p, s);

	if (!knows || !s->sent || !count_lost(p, s, 0))
		return (struct plan){ p->options->count ? s->count
							: USUAL_COUNT,
				      INTERVAL };
	if (!s->answered)
		return (struct plan){ BLIND_COUNT, BLIND_INTERVAL };
	if (!s->sure_from)
		s->sure_from = s->sent;

	return (struct plan){ s->sure_from + SURE_COUNT, SURE_INTERVAL };
}

/* Nothing more can come of those that were sent. */
static bool is_settled(const struct probing *p, const struct state *s)
{
	for (unsigned i = 0; i < s->sent; i++)
		if (s->echoes[i].took_ns < 0 && !is_lost(p, s, i))
			return false;

	return true;
}

static bool is_enough(const struct probing *p, const struct state *s,
		      const struct plan *plan)
{
	int64_t now = clock_now();
	int64_t hurried = s->hurried_ns ? now - s->hurried_ns : -1;
	bool all = s->sent >= plan->count;

	if (s->refused || (all && s->answered == s->sent) ||
	    (all && s->has_error))
		return true;
	if (hurried < 0)
		return all && now - s->echoes[s->sent - 1].sent_ns >= WAIT;
	if (hurried >= (s->answered ? HURRY_MOST : HURRY_BLIND) ||
	    s->has_error || is_scattered(s))
		return true;

	/* Only what is lost asks for more of them. */
	return is_settled(p, s) && (all || plan->interval_ns == INTERVAL);
}

static int64_t next_time(const struct probing *p, const struct state *s,
			 const struct plan *plan)
{
	int64_t last = s->echoes[s->sent - 1].sent_ns;
	int64_t look = last + overdue_after(p, s);
	int64_t next = last + (s->sent < plan->count ? plan->interval_ns
						     : (int64_t)WAIT);

	/* Whether it is overdue by then, changes the plan. */
	if (look < next && look > clock_now())
		next = look;
	if (s->hurried_ns && s->hurried_ns + HURRY_BLIND < next && !s->answered)
		next = s->hurried_ns + HURRY_BLIND;
	return next;
}

/* Sends the next one when its time has come; ends when nothing is waited for. */
static void go_on(struct probing *p, struct state *s)
{
	struct plan plan = plan_next(p, s);

	if (s->sent && is_enough(p, s, &plan)) {
		finish(p);
		return;
	}
	if (s->sent < plan.count && s->sent < s->count &&
	    (!s->sent ||
	     clock_now() - s->echoes[s->sent - 1].sent_ns >= plan.interval_ns))
		send_echo(s);
	probe_wake(p, next_time(p, s, &plan));
}

static int begin(struct probing *p)
{
	struct state *s = p->state;
	struct sockaddr_storage sa;
	socklen_t len = probe_sockaddr(p->attempt, 0, &sa);
	int err;

	s->is_v4 = address_is_v4(&p->attempt->address);
	s->count = p->options->count ? p->options->count
				     : USUAL_COUNT + BLIND_COUNT + SURE_COUNT;
	if (s->count > MOST_COUNT)
		s->count = MOST_COUNT;
	err = open_echo(p, s);
	if (err < 0) {
		probe_blocked(
			p,
			s->is_raw
				? _("ping needs root, or CAP_NET_RAW, or a group of net.ipv4.ping_group_range")
				: _("ping is not possible here: %s"),
			strerror(-err));
		return 0;
	}

	s->id = (uint16_t)(getpid() ^ s->fd);
	s->echoes = calloc(s->count, sizeof(*s->echoes));
	if (!s->echoes) {
		(void)close(s->fd);
		return -ENOMEM;
	}
	set_up(s);
	if (connect(s->fd, (struct sockaddr *)&sa, len))
		s->refused = errno;
	err = probe_watch(p, s->fd, POLLIN);
	if (err < 0) {
		(void)close(s->fd);
		return err;
	}
	go_on(p, s);
	return 0;
}

static int ready(struct probing *p, int fd, short events)
{
	struct state *s = p->state;

	(void)fd;
	(void)events;
	take_all(s);
	go_on(p, s);
	return 0;
}

static int due(struct probing *p)
{
	return ready(p, -1, 0);
}

/* Those that the user asked for are all sent. */
static int hurry(struct probing *p)
{
	struct state *s = p->state;

	if (!p->options->count && !s->hurried_ns)
		s->hurried_ns = clock_now();
	return ready(p, -1, 0);
}

static enum step_status stop(struct probing *p, struct text *step)
{
	take_all(p->state);
	return tell_all(p, step);
}

static void done(struct probing *p)
{
	const struct state *s = p->state;

	free(s->echoes);
}

const struct probe probe_ping = {
	.id = ID,
	.title = N_("asks the host for an echo"),
	.state_size = sizeof(struct state),
	.begin = begin,
	.ready = ready,
	.due = due,
	.hurry = hurry,
	.stop = stop,
	.done = done,
};
