/*
 * Whether another port of the host answers: the good flow to compare with. The
 * usual ports are asked one after the other, and no more of them than it takes.
 * A SYN-ACK shows that the host and the way to it work. A RST or an ICMP error
 * shows less: a rule on the way can send either in the host's name.
 */
#include "base/clock.h"
#include "base/i18n.h"
#include "probe/knock.h"
#include "probe/probe.h"

#define ID "control"
#define NEXT_AFTER (200 * (int64_t)CLOCK_MILLISECOND)
/* Before the kernel repeats the SYN. */
#define WAIT (900 * (int64_t)CLOCK_MILLISECOND)

enum { PORTS = 3, PORT_SSH = 22 };

struct state {
	struct knock knocks[PORTS];
	uint16_t ports[PORTS];
	unsigned count, begun;
};

static void choose_ports(const struct probing *p, struct state *s)
{
	static const uint16_t usual[PORTS] = { PORT_SSH, 443, 80 };

	if (p->options->control_port) {
		s->ports[s->count++] = p->options->control_port;
		return;
	}

	for (int i = 0; i < PORTS; i++)
		if (usual[i] != p->attempt->port)
			s->ports[s->count++] = usual[i];
}

static const struct knock *answered_with(const struct state *s,
					 enum knock_answer answer)
{
	for (unsigned i = 0; i < s->begun; i++)
		if (s->knocks[i].answer == answer)
			return &s->knocks[i];

	return NULL;
}

static bool is_from_target(const struct probing *p, const struct knock *k)
{
	return address_equal(&k->error.sender, &p->attempt->address);
}

static void add_ports(const struct state *s, struct text *out)
{
	for (unsigned i = 0; i < s->begun; i++)
		text_format(out, i ? ", %u" : "%u", s->ports[i]);
}

static enum step_status tell_open(const struct probing *p,
				  const struct knock *k, struct text *out)
{
	struct text span = TEXT_NULL;

	clock_span(&span, k->answered_after_ns);
	text_format(out, _("port %1$u of the same host answers in %2$s"),
		    k->port, text_string(&span));
	text_done(&span);
	fact_tell(p->facts, FACT_HOST_SERVES, ID, NULL,
		  _("Port %u of the same host answers with a SYN-ACK."),
		  k->port);
	fact_tell(p->facts, FACT_HOST_SERVES_NOW, ID, NULL, NULL);
	if (k->port == PORT_SSH)
		fact_tell(p->facts, FACT_HOST_SERVES_SSH, ID, NULL, NULL);
	p->attempt->open_port = k->port;
	return STEP_PASS;
}

static enum step_status tell_refused(const struct probing *p,
				     const struct knock *rst,
				     const struct knock *icmp, struct text *out)
{
	if (rst) {
		text_format(out, _("port %u is refused with a RST"), rst->port);
		fact_tell(p->facts, FACT_HOST_ANSWERS_RST, ID, NULL,
			  _("Port %u of that address is refused with a RST."),
			  rst->port);
		return STEP_PASS;
	}

	text_format(out, _("port %u: "), icmp->port);
	icmp_error_text(out, &icmp->error);
	fact_tell(p->facts,
		  is_from_target(p, icmp) ? FACT_HOST_ANSWERS_ICMP
					  : FACT_CONTROL_REFUSED,
		  ID, NULL, NULL);
	return is_from_target(p, icmp) ? STEP_PASS : STEP_FAIL;
}

static enum step_status tell_all(const struct probing *p, struct text *out)
{
	const struct state *s = p->state;
	const struct knock *open = answered_with(s, KNOCK_OPEN);
	const struct knock *rst = answered_with(s, KNOCK_RST);
	const struct knock *icmp = answered_with(s, KNOCK_ICMP);

	if (open)
		return tell_open(p, open, out);
	if (rst || icmp)
		return tell_refused(p, rst, icmp, out);
	if (!s->begun || answered_with(s, KNOCK_LOCAL)) {
		text_str(out, _("no other port could be tried"));
		return STEP_SKIP;
	}

	text_str(out, _("no other port answers: "));
	add_ports(s, out);
	if (clock_now() - s->knocks[0].sent_ns >= WAIT / 2)
		fact_tell(p->facts, FACT_CONTROL_SILENT, ID, NULL, NULL);
	return STEP_FAIL;
}

static void finish(struct probing *p)
{
	struct text t = TEXT_NULL;
	enum step_status status = tell_all(p, &t);

	probe_end(p, status, "%s", text_string(&t));
	text_done(&t);
}

/* The time at which the next thing is to be done: the next port, or the end of
 * one that stays silent. */
static int64_t next_time(const struct state *s, bool spent)
{
	int64_t next = INT64_MAX;

	if (s->begun && s->begun < s->count && !spent)
		next = s->knocks[s->begun - 1].sent_ns + NEXT_AFTER;
	for (unsigned i = 0; i < s->begun; i++) {
		const struct knock *k = &s->knocks[i];

		if (k->fd >= 0 && k->answer == KNOCK_WAITING &&
		    k->sent_ns + WAIT < next)
			next = k->sent_ns + WAIT;
	}

	return next;
}

static bool is_waiting(const struct state *s)
{
	for (unsigned i = 0; i < s->begun; i++)
		if (s->knocks[i].fd >= 0 &&
		    s->knocks[i].answer == KNOCK_WAITING)
			return true;

	return false;
}

/* Closes what has answered, and what has been silent for as long as it may. */
static void close_some(struct probing *p, struct state *s)
{
	for (unsigned i = 0; i < s->begun; i++) {
		struct knock *k = &s->knocks[i];

		if (k->fd >= 0 && (k->answer != KNOCK_WAITING ||
				   clock_now() - k->sent_ns >= WAIT))
			knock_close(p, k);
	}
}

static int knock_next(struct probing *p, struct state *s)
{
	const struct knock_options o = { .port = s->ports[s->begun],
					 .repeats = 1,
					 .any_source_port = true };

	return knock_begin(p, &s->knocks[s->begun++], &o);
}

static bool wants_next(const struct state *s, bool spent)
{
	return s->begun < s->count && !spent &&
	       (!is_waiting(s) || clock_now() >= next_time(s, spent));
}

/* Some answers are there at once, and then the next is not waited for. */
static int go_on(struct probing *p, struct state *s)
{
	bool spent;

	for (;;) {
		int err;

		spent = !knock_budget(p);
		for (unsigned i = 0; i < s->begun; i++)
			knock_look(p, &s->knocks[i]);
		close_some(p, s);
		if (answered_with(s, KNOCK_OPEN) ||
		    answered_with(s, KNOCK_LOCAL)) {
			finish(p);
			return 0;
		}
		if (!wants_next(s, spent))
			break;
		err = knock_next(p, s);
		if (err < 0)
			return err;
	}

	if (!is_waiting(s) && (s->begun == s->count || spent))
		finish(p);
	else
		probe_wake(p, next_time(s, spent));
	return 0;
}

static int begin(struct probing *p)
{
	struct state *s = p->state;

	choose_ports(p, s);
	return go_on(p, s);
}

static int ready(struct probing *p, int fd, short events)
{
	(void)fd;
	(void)events;
	return go_on(p, p->state);
}

static int due(struct probing *p)
{
	return go_on(p, p->state);
}

static enum step_status stop(struct probing *p, struct text *step)
{
	struct state *s = p->state;

	for (unsigned i = 0; i < s->begun; i++)
		knock_look(p, &s->knocks[i]);
	return tell_all(p, step);
}

const struct probe probe_control = {
	.id = ID,
	.title = N_("tries another port of the host"),
	.state_size = sizeof(struct state),
	.begin = begin,
	.ready = ready,
	.due = due,
	.stop = stop,
};
