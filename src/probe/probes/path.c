/*
 * How far the SYN for the port gets, and one for a port that answers: ordinary
 * connect() with a limited ttl, whose ICMP errors the kernel hands over, so no
 * privilege is needed. Few are sent, because rate limits and bans count them,
 * all at once and never repeated by the kernel; where only one of the two ports
 * is answered at a hop, both are asked once more.
 */
#include <netinet/in.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "net/icmp.h"
#include "probe/hops.h"
#include "probe/knock.h"
#include "probe/probe.h"

#define ID "path"
/* Routers answer in a round trip; a SYN is repeated after a second. */
#define WAIT (700 * (int64_t)CLOCK_MILLISECOND)

enum {
	SHOTS = 12,
	BLIND_HOPS = 5, /* when nothing tells how far the host is */
	HOPS_EACH = 4,  /* looked at, of those that are known to be there */
	SPARE = 2       /* SYNs, to ask once more where two ports part */
};

struct shot {
	struct knock knock;
	uint8_t ttl;
	bool is_control;
};

struct state {
	struct shot shots[SHOTS];
	unsigned count;
	int64_t round_ns; /* when the last round began */
	bool is_again;
	int routers; /* as the echo's ttl says, -1: not known */
};

/* What this attempt may still send, and keep the whole run within its bound. */
static unsigned budget(const struct probing *p)
{
	unsigned sharing = 0;

	for (size_t i = 0; i < p->record->attempt_count; i++) {
		const struct attempt *a = &p->record->attempts[i];

		/* Those before this one have had their share. */
		if (probe_runs(p->runner, "connect", a))
			sharing += a >= p->attempt;
	}

	return knock_budget(p) / (sharing ? sharing : 1);
}

static int shoot(struct probing *p, uint8_t ttl, bool is_control)
{
	struct state *s = p->state;
	struct shot *shot = &s->shots[s->count];
	const struct knock_options o = {
		.port = is_control ? p->attempt->open_port : p->attempt->port,
		.ttl = ttl,
		.repeats = 1,
		.any_source_port = true,
	};

	if (s->count == SHOTS)
		return 0;

	s->count++;
	shot->ttl = ttl;
	shot->is_control = is_control;
	return knock_begin(p, &shot->knock, &o);
}

/*
 * The i-th ttl to look at: where the number of routers is known, the last of
 * them first, because most often the SYN gets there; then half the way, then
 * the others from the far end. Else from the near end. 0: there are no more.
 */
static uint8_t ttl_at(const struct state *s, unsigned i)
{
	unsigned routers = (unsigned)s->routers;
	unsigned half = (routers + 1) / 2;
	unsigned far;

	if (s->routers < 0)
		return i < BLIND_HOPS ? (uint8_t)(i + 1) : 0;
	if (i >= routers || i >= HOPS_EACH)
		return 0;
	if (!i)
		return (uint8_t)routers;
	if (i == 1)
		return (uint8_t)half;

	far = routers - (i - 1);
	return (uint8_t)(far <= half ? far - 1 : far);
}

static int first_round(struct probing *p, struct state *s)
{
	bool has_control = p->attempt->open_port;
	unsigned left = budget(p);
	unsigned each = has_control ? 2 : 1;
	uint8_t ttl;
	int err = 0;

	if (has_control)
		left = left > SPARE ? left - SPARE : 0;
	if (has_control && s->routers >= 0 && left > each) {
		/* That one more hop is the host itself. */
		err = shoot(p, (uint8_t)(s->routers + 1), true);
		left--;
	}
	for (unsigned i = 0; !err && left >= each; i++, left -= each) {
		ttl = ttl_at(s, i);
		if (!ttl)
			break;
		err = shoot(p, ttl, false);
		if (!err && has_control)
			err = shoot(p, ttl, true);
	}

	return err;
}

static enum hop_answer answer_of(const struct knock *k)
{
	static const enum hop_answer answers[KNOCK_ANSWERS] = {
		[KNOCK_WAITING] = HOP_SILENT, [KNOCK_OPEN] = HOP_HOST,
		[KNOCK_RST] = HOP_HOST,       [KNOCK_ICMP] = HOP_ERROR,
		[KNOCK_LOCAL] = HOP_SILENT,   [KNOCK_GIVEN_UP] = HOP_SILENT,
	};

	return answers[k->answer];
}

static bool is_expired(const struct icmp_error *e)
{
	return e->version == 4 ? e->type == ICMP_TIME_EXCEEDED
			       : e->type == ICMP6_TIME_EXCEEDED;
}

static void judge(const struct state *s, struct hops_found *ret)
{
	struct hop hops[SHOTS];

	for (unsigned i = 0; i < s->count; i++) {
		const struct shot *shot = &s->shots[i];
		const struct knock *k = &shot->knock;
		enum hop_answer answer = answer_of(k);

		if (answer == HOP_ERROR && is_expired(&k->error))
			answer = HOP_ROUTER;
		hops[i] = (struct hop){ shot->ttl, shot->is_control, answer,
					k->error.sender };
	}

	hops_judge(ret, hops, s->count);
}

static const struct culprit *router(const struct probing *p,
				    const struct address *address)
{
	struct text t = TEXT_NULL;
	struct culprit *c;

	address_text(&t, address);
	c = culprit_new(p->facts->arena, CULPRIT_ROUTER, VANTAGE_ROUTER, "%s",
			text_string(&t));
	culprit_text(c, p->facts->arena, "address", text_string(&t));
	text_done(&t);
	return c;
}

static void add_hop(struct text *out, const char *format, unsigned ttl,
		    const struct address *address)
{
	struct text t = TEXT_NULL;

	address_text(&t, address);
	text_format(out, format, ttl, text_string(&t));
	text_done(&t);
}

static void tell(const struct probing *p, enum fact_kind kind,
		 const struct address *culprit, struct text *text)
{
	fact_tell(p->facts, kind, ID, culprit ? router(p, culprit) : NULL,
		  _("%s."), text_string(text));
}

static enum step_status tell_loop(const struct probing *p,
				  const struct hops_found *f, struct text *out)
{
	struct text a = TEXT_NULL, b = TEXT_NULL;

	address_text(&a, &f->loop[0]);
	address_text(&b, &f->loop[1]);
	text_format(out, _("The packets go in circles between %1$s and %2$s"),
		    text_string(&a), text_string(&b));
	text_done(&a);
	text_done(&b);
	tell(p, FACT_PATH_LOOP, &f->loop[0], out);
	return STEP_FAIL;
}

static enum step_status tell_parting(const struct probing *p,
				     const struct hops_found *f,
				     struct text *out)
{
	if (f->last)
		add_hop(out,
			_("The SYN gets to hop %1$u (%2$s) and no farther"),
			f->last, &f->last_router);
	else
		text_str(out, _("The SYN gets to no router"));
	add_hop(out, _(", one for another port goes on to hop %1$u (%2$s)"),
		f->last_control, &f->last_control_router);
	/* Once may be chance: a router limits how often it answers. */
	if (f->parts_tries > 1)
		tell(p, FACT_PATH_PARTS_EARLIER,
		     f->last ? &f->last_router : NULL, out);
	return STEP_FAIL;
}

static enum step_status tell_hops(const struct probing *p,
				  const struct hops_found *f, struct text *out)
{
	if (f->is_loop && fact_has(&p->facts->set, FACT_ICMP_TTL))
		return tell_loop(p, f, out);
	if (f->parts_at)
		return tell_parting(p, f, out);
	if (!f->last) {
		text_str(out, _("No router says anything about the SYN"));
		tell(p, FACT_PATH_SILENT, NULL, out);
		return STEP_SKIP;
	}
	if (f->is_last_hop) {
		add_hop(out,
			_("The SYN gets to the last router before the host, hop %1$u (%2$s)"),
			f->last, &f->last_router);
		tell(p, FACT_PATH_TO_LAST_HOP, &f->last_router, out);
		return STEP_PASS;
	}

	add_hop(out, _("The SYN gets to hop %1$u (%2$s)"), f->last,
		&f->last_router);
	if (!fact_has(&p->facts->set, FACT_HOST_PINGS) &&
	    !p->attempt->open_port)
		tell(p, FACT_PATH_DIES, &f->last_router, out);
	return STEP_PASS;
}

static enum step_status tell_all(const struct probing *p, struct text *out)
{
	const struct state *s = p->state;
	struct hops_found found;
	enum step_status status;

	judge(s, &found);
	status = tell_hops(p, &found, out);
	text_format(out, _("; SYNs sent in all: %u"), p->record->syns);
	return status;
}

static void finish(struct probing *p)
{
	struct text t = TEXT_NULL;
	enum step_status status = tell_all(p, &t);

	probe_end(p, status, "%s", text_string(&t));
	text_done(&t);
}

static bool is_waiting(const struct state *s)
{
	for (unsigned i = 0; i < s->count; i++)
		if (s->shots[i].knock.fd >= 0)
			return true;

	return false;
}

static void look(struct probing *p, struct state *s)
{
	bool is_late = clock_now() - s->round_ns >= WAIT;

	for (unsigned i = 0; i < s->count; i++) {
		struct knock *k = &s->shots[i].knock;

		knock_look(p, k);
		if (k->answer != KNOCK_WAITING || is_late)
			knock_close(p, k);
	}
}

/* Where the two ports part, once more, from other source ports. */
static int second_round(struct probing *p, struct state *s)
{
	struct hops_found found;
	int err;

	s->is_again = true;
	judge(s, &found);
	if (!found.parts_at || knock_budget(p) < SPARE)
		return 0;

	s->round_ns = clock_now();
	probe_wake(p, s->round_ns + WAIT);
	err = shoot(p, found.parts_at, false);
	return err < 0 ? err : shoot(p, found.parts_at, true);
}

static int go_on(struct probing *p)
{
	struct state *s = p->state;
	int err = 0;

	look(p, s);
	if (!is_waiting(s) && !s->is_again)
		err = second_round(p, s);
	if (err >= 0 && !is_waiting(s))
		finish(p);

	return err;
}

/* Only a silent port asks where it is lost; packets in a loop say so. */
static bool is_open_question(const struct probing *p)
{
	const struct fact_set *set = &p->facts->set;

	if (p->record->target.protocol != IPPROTO_TCP)
		return false;

	return fact_has(set, FACT_ICMP_TTL) ||
	       fact_has(set, FACT_SYN_SILENCE) ||
	       probe_runs(p->runner, "connect", p->attempt);
}

static int begin(struct probing *p)
{
	struct state *s = p->state;
	int err;

	s->routers = hops_estimate(p->attempt->reply_ttl);
	if (!is_open_question(p)) {
		probe_end(p, STEP_SKIP, _("the port has answered"));
		return 0;
	}
	if (!s->routers) {
		probe_end(
			p, STEP_SKIP,
			_("no router lies between: the host is on the own link"));
		return 0;
	}

	if (fact_has(&p->facts->set, FACT_ICMP_TTL))
		s->routers = -1; /* each of the first ones is wanted */
	s->round_ns = clock_now();
	probe_wake(p, s->round_ns + WAIT);
	err = first_round(p, s);
	if (err >= 0 && !s->count)
		probe_end(
			p, STEP_SKIP,
			_("not looked at: %u SYNs were sent, which is enough"),
			p->record->syns);
	return err;
}

static int ready(struct probing *p, int fd, short events)
{
	(void)fd;
	(void)events;
	return go_on(p);
}

static int due(struct probing *p)
{
	return go_on(p);
}

static enum step_status stop(struct probing *p, struct text *step)
{
	struct state *s = p->state;

	for (unsigned i = 0; i < s->count; i++)
		knock_look(p, &s->shots[i].knock);
	return tell_all(p, step);
}

const struct probe probe_path = {
	.id = ID,
	.title = N_("follows the way of the packets"),
	.state_size = sizeof(struct state),
	.begin = begin,
	.ready = ready,
	.due = due,
	.stop = stop,
};
