/*
 * The target port itself, as an application would open it. TCP: a SYN, its
 * repetitions, and what came back of it, for as long as it takes a router or
 * this host to find out that a neighbour is dead. UDP: a connected socket for
 * the service probe, which speaks; nothing is sent here.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "fact/icmp_fact.h"
#include "probe/knock.h"
#include "probe/local_error.h"
#include "probe/probe.h"

#define ID "connect"
/* A SYN is repeated after one second (RFC 6298 2.1): silence until then says
 * that the first one was not answered. */
#define SILENT_AFTER CLOCK_SECOND
/* Three ARP or neighbour solicitations, a second apart, and some slack. */
#define PATIENCE (3400 * (int64_t)CLOCK_MILLISECOND)
/* The host helper cannot know: a neighbour that is not there is found out at
 * about three seconds. */
#define LONG_SILENCE (3200 * (int64_t)CLOCK_MILLISECOND)
#define LOOK_EVERY CLOCK_SECOND
#define SLOW (900 * (int64_t)CLOCK_MILLISECOND)
/* The SYN-ACK answers a SYN that was sent this long after the first. */
#define LATE (500 * (int64_t)CLOCK_MILLISECOND)

enum { SYN_REPEATS = 2 };

struct state {
	struct knock knock;
	/* A second SYN, after a host unreachable that came early: the neighbour
	 * may just have been given up for an earlier packet. */
	struct knock again;
	bool is_confirming;
};

static void where(const struct probing *p, struct text *out)
{
	if (p->record->attempt_count < 2)
		return;

	address_text(out, &p->attempt->address);
	text_str(out, ": ");
}

static void tell(const struct probing *p, enum fact_kind kind)
{
	fact_tell(p->facts, kind, ID, NULL, NULL);
}

static void tell_context(const struct probing *p)
{
	tell(p, FACT_PROBED);
	tell(p, FACT_AT_CLIENT);
	tell(p, address_is_v4(&p->attempt->address) ? FACT_IS_V4 : FACT_IS_V6);
	if (address_is_loopback(&p->attempt->address))
		tell(p, FACT_IS_LOOPBACK);
}

/* The target is this very host: the packets go over its loopback device. */
static void tell_source(const struct probing *p, const struct knock *k)
{
	if (address_equal(&k->local, &p->attempt->address))
		tell(p, FACT_IS_LOOPBACK);
	p->attempt->local_port = k->local_port;
}

static void tell_syns(const struct probing *p, const struct knock *k)
{
	tell(p, FACT_SYN_SEEN);
	if (k->syns > 1)
		tell(p, FACT_SYN_REPEATED);
}

static void span(struct text *out, const char *format, int64_t ns)
{
	struct text t = TEXT_NULL;

	clock_span(&t, ns);
	text_format(out, format, text_string(&t));
	text_done(&t);
}

/* Whether it was a repeated SYN that was answered; by the round trip, where the
 * kernel could tell it by the time stamps. */
static bool is_late(const struct knock *k)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(k->fd, IPPROTO_TCP, TCP_INFO, &info, &len) ||
	    !info.tcpi_total_retrans)
		return false;

	return k->answered_after_ns -
		       (int64_t)info.tcpi_rtt * CLOCK_MICROSECOND >=
	       LATE;
}

static enum step_status tell_open(struct probing *p, struct knock *k,
				  struct text *out)
{
	tell_syns(p, k);
	tell(p, FACT_HANDSHAKE_DONE);
	if (is_late(k))
		tell(p, FACT_SYNACK_LATE);
	if (k->answered_after_ns >= SLOW)
		tell(p, FACT_CONNECT_SLOW);

	p->attempt->is_connected = true;
	p->attempt->fd = k->fd;
	probe_release(p, k->fd);
	k->fd = -1;
	span(out, _("connected in %s"), k->answered_after_ns);
	if (k->syns > 1)
		text_format(out, _(", only after %u SYNs"), k->syns);
	return STEP_PASS;
}

static enum step_status tell_rst(const struct probing *p, const struct knock *k,
				 struct text *out)
{
	struct text s = TEXT_NULL;

	tell_syns(p, k);
	clock_span(&s, k->answered_after_ns);
	fact_tell(p->facts, FACT_RST_FOR_SYN, ID, NULL,
		  _("The SYN was answered by a RST after %s."),
		  text_string(&s));
	text_done(&s);
	span(out, _("refused by a RST after %s"), k->answered_after_ns);
	return STEP_FAIL;
}

/* The error for the second SYN, or NULL. */
static const struct icmp_error *second_error(const struct state *s)
{
	const struct icmp_error *e = &s->again.error;

	if (s->again.answer != KNOCK_ICMP ||
	    icmp_fact(e->version, e->type, e->code) != FACT_ICMP_HOST)
		return NULL;

	return e;
}

static void tell_refusal(const struct probing *p, const struct knock *k)
{
	/* One from this host: no SYN has left it. */
	if (!address_equal(&k->error.sender, &k->local) ||
	    address_equal(&k->error.sender, &p->attempt->address))
		tell_syns(p, k);
	icmp_error_tell(p, &k->error, &k->local);
}

static enum step_status tell_icmp(const struct probing *p,
				  const struct knock *k, struct text *out)
{
	const struct state *s = p->state;

	tell_refusal(p, k);
	icmp_error_tell_lateness(
		p, icmp_error_lateness(&k->error, second_error(s)));
	icmp_error_text(out, &k->error);
	span(out, _(" after %s"), k->answered_after_ns);
	return STEP_FAIL;
}

static enum step_status tell_local(const struct probing *p,
				   const struct knock *k, struct text *out)
{
	enum fact_kind kind = local_error_fact(k->stage, k->err);

	fact_tell(
		p->facts, FACT_LOCAL_ERROR, ID, NULL,
		_("%1$s() failed at once with \"%2$s\", and no packet was sent."),
		local_error_call(k->stage), strerror(k->err));
	if (kind)
		tell(p, kind);
	text_format(out, _("%1$s() fails: %2$s"), local_error_call(k->stage),
		    strerror(k->err));
	return STEP_FAIL;
}

/* As much of the silence as is sure by now. */
static enum step_status tell_silence(const struct probing *p,
				     const struct knock *k, struct text *out)
{
	int64_t waited = clock_now() - k->sent_ns;

	tell_syns(p, k);
	if (waited < SILENT_AFTER) {
		span(out, _("no answer yet after %s"), waited);
		return STEP_SKIP;
	}

	fact_tell(p->facts, FACT_SYN_SILENCE, ID, NULL,
		  _("Nothing came back for %1$d.%2$d s; SYNs sent: %3$u."),
		  (int)(waited / CLOCK_SECOND),
		  (int)(waited / (100 * (int64_t)CLOCK_MILLISECOND) % 10),
		  k->syns);
	if (waited >= LONG_SILENCE)
		tell(p, FACT_SILENCE_LONG);
	span(out, _("no answer in %s"), waited);
	text_format(out, _(", SYNs sent: %u"), k->syns);
	return STEP_FAIL;
}

static void wake_next(struct probing *p, const struct state *s)
{
	int64_t waited = clock_now() - s->knock.sent_ns;
	int64_t next = (waited / LOOK_EVERY + 1) * LOOK_EVERY +
		       50 * (int64_t)CLOCK_MILLISECOND;

	probe_wake(p, s->knock.sent_ns + (next < PATIENCE ? next : PATIENCE));
}

/* Host unreachable, and earlier than it takes to give up a neighbour. */
static bool wants_confirming(const struct state *s)
{
	const struct icmp_error *e = &s->knock.error;

	return s->knock.answer == KNOCK_ICMP &&
	       icmp_fact(e->version, e->type, e->code) == FACT_ICMP_HOST &&
	       icmp_error_lateness(e, NULL) == ICMP_CAME_SOMETIME;
}

/* That SYN, and what the kernel makes of it. */
static bool can_confirm(const struct probing *p)
{
	return knock_budget(p) > SYN_REPEATS + 1;
}

/* What is known already is told, so that nobody has to wait for the rest. */
static int confirm(struct probing *p, struct state *s)
{
	const struct knock_options o = { .port = p->attempt->port,
					 .repeats = SYN_REPEATS,
					 .any_source_port = true };

	s->is_confirming = true;
	tell_source(p, &s->knock);
	tell_refusal(p, &s->knock);
	knock_close(p, &s->knock);
	probe_wake(p, clock_now() + PATIENCE);
	return knock_begin(p, &s->again, &o);
}

/* Tells all that is known by now. */
static enum step_status conclude(struct probing *p, struct text *out)
{
	struct state *s = p->state;
	struct knock *k = &s->knock;

	where(p, out);
	tell_source(p, k);
	p->attempt->answered_after_ns = k->answered_after_ns;
	switch (k->answer) {
	case KNOCK_OPEN:
		if (k->was_reset) {
			tell(p, FACT_SERVER_RST);
			tell(p, FACT_RST_BEFORE_DATA);
		}
		return tell_open(p, k, out);
	case KNOCK_RST:
		return tell_rst(p, k, out);
	case KNOCK_ICMP:
		return tell_icmp(p, k, out);
	case KNOCK_LOCAL:
		return tell_local(p, k, out);
	case KNOCK_WAITING:
	case KNOCK_GIVEN_UP:
	case KNOCK_ANSWERS:
		break;
	}

	return tell_silence(p, k, out);
}

static void finish(struct probing *p)
{
	struct text t = TEXT_NULL;
	enum step_status status = conclude(p, &t);

	probe_end(p, status, "%s", text_string(&t));
	text_done(&t);
}

static int act(struct probing *p, struct state *s)
{
	int err = 0;

	if (s->knock.answer == KNOCK_WAITING)
		return 0;
	if (!s->is_confirming && wants_confirming(s) && can_confirm(p))
		err = confirm(p, s);
	if (err >= 0 && (!s->is_confirming || s->again.answer != KNOCK_WAITING))
		finish(p);
	return err;
}

/* The kernel finds the route and the source; the service probe speaks. */
static int begin_udp(struct probing *p, struct knock *k)
{
	const struct attempt *a = p->attempt;
	int family = address_is_v4(&a->address) ? AF_INET : AF_INET6;
	struct sockaddr_storage sa;
	socklen_t len = probe_sockaddr(a, a->port, &sa);
	int fd = probe_socket(p, family, SOCK_DGRAM, IPPROTO_UDP);

	k->answer = KNOCK_LOCAL;
	k->stage = KNOCK_CONNECT;
	if (fd < 0) {
		k->err = -fd;
		k->stage = knock_stage_of(k->err);
	} else if (icmp_error_want(fd, family) < 0 ||
		   connect(fd, (struct sockaddr *)&sa, len)) {
		k->err = errno;
		(void)close(fd);
	} else {
		p->attempt->fd = fd;
		probe_end(p, STEP_PASS,
			  _("a socket is ready; UDP has no handshake"));
		return 0;
	}

	finish(p);
	return 0;
}

static int begin(struct probing *p)
{
	struct state *s = p->state;
	const struct knock_options o = { .port = p->attempt->port,
					 .repeats = SYN_REPEATS };
	int err;

	s->knock.fd = s->again.fd = -1;
	tell_context(p);
	if (p->record->target.protocol == IPPROTO_UDP)
		return begin_udp(p, &s->knock);

	err = knock_begin(p, &s->knock, &o);
	if (err < 0)
		return err;

	/* Whose packets they are is asked while they are waited for. */
	p->attempt->local_port = s->knock.local_port;
	wake_next(p, s);
	return act(p, s);
}

static int ready(struct probing *p, int fd, short events)
{
	struct state *s = p->state;

	(void)fd;
	(void)events;
	knock_look(p, &s->knock);
	knock_look(p, &s->again);
	return act(p, s);
}

static int due(struct probing *p)
{
	struct state *s = p->state;

	knock_look(p, &s->knock);
	knock_look(p, &s->again);
	if (!s->is_confirming && s->knock.answer != KNOCK_WAITING)
		return act(p, s);
	if (s->is_confirming || clock_now() - s->knock.sent_ns >= PATIENCE)
		finish(p);
	else
		wake_next(p, s);
	return 0;
}

static enum step_status stop(struct probing *p, struct text *step)
{
	struct state *s = p->state;

	knock_look(p, &s->knock);
	knock_look(p, &s->again);
	return conclude(p, step);
}

const struct probe probe_connect = {
	.id = ID,
	.title = N_("connects to the port"),
	.state_size = sizeof(struct state),
	.begin = begin,
	.ready = ready,
	.due = due,
	.stop = stop,
};
