#include <linux/pkt_sched.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "host/device.h"
#include "host/first_packet.h"
#include "host/links.h"
#include "host/look.h"
#include "host/netlink.h"
#include "host/route.h"
#include "host/stopped.h"
#include "host/tc.h"

/*
 * Traffic control: what the filters do to this client's packets where that can
 * be worked out, and else what their drop counters say once an attempt was made.
 */
enum {
	/* So few drops since the host's start that one more, just when the
	 * attempt was made, is no accident: these, and one in ten minutes. */
	QUIET_DROPS = 8,
	QUIET_SECONDS = 600,
	/* Of one packet, at most: a SYN-ACK is sent again by itself. */
	MOST_ANSWERS = 3,
};

struct tc_look {
	struct tc tc;
	struct devices devices;
};

/* What one side of the way of the packets does. */
struct side {
	enum tc_side side;
	uint32_t device; /* 0: not known */
	enum tc_action action;
	const struct tc_filter *filter; /* that does it, or may */
	uint32_t program;               /* that may, without a qdisc */
	int error;
};

static const struct {
	enum fact_kind drops, counted, passes;
	const char *name;
} kinds[TC_SIDES] = {
	[TC_INGRESS] = { FACT_TC_INGRESS_DROPS, FACT_TC_INGRESS_COUNTED,
			 FACT_TC_INGRESS_PASSES, "ingress" },
	[TC_EGRESS] = { FACT_TC_EGRESS_DROPS, FACT_TC_EGRESS_COUNTED,
			FACT_TC_EGRESS_PASSES, "egress" },
};

static int before(struct looking *l)
{
	struct tc_look *t = l->state;
	int error = devices_read(l->route, &t->devices);

	if (!error)
		error = tc_read(l->route, &t->tc);
	return error;
}

static void done(struct looking *l)
{
	struct tc_look *t = l->state;

	tc_done(&t->tc);
	devices_done(&t->devices);
}

/* What leaves for the client; 0: that is not known. */
static uint32_t device_back(const struct looking *l)
{
	const struct look_question *q = l->question;
	struct route_question asked = { .destination = q->client,
					.source = q->server,
					.has_source = q->has_server };
	struct route route = { 0 };
	int refusal;

	if (!q->has_client ||
	    route_get(l->route, &asked, &route, &refusal) != 0 ||
	    !route.has_device)
		return 0;

	return route.device;
}

static enum device_carries carries(const struct tc_look *t, uint32_t index,
				   uint32_t device)
{
	return device ? devices_carry(&t->devices, index, device) : DEVICE_MAY;
}

/* One device of that side. */
static void judge_device(const struct tc_look *t, const struct tc *tc,
			 struct side *s, uint32_t index,
			 const struct first_packet *p)
{
	enum device_carries carry = carries(t, index, s->device);
	const struct tc_filter *filter;
	enum tc_action action;
	uint32_t program = 0;
	int programs;

	if (carry == DEVICE_ASIDE || s->action == TC_DROP)
		return;

	programs = tc_programs(index, s->side, &program);
	if (programs < 0)
		s->error = programs;
	if (programs > 0)
		s->program = program;
	action = tc_judge(tc, index, s->side, p, &filter);
	if (action == TC_PASS && programs <= 0)
		return;
	/* The programs are asked first; and of several ports it may be any. */
	if (programs > 0 || carry == DEVICE_MAY)
		action = TC_MAY;
	s->action = action;
	s->filter = filter ? filter : s->filter;
}

static struct side judge(const struct looking *l, const struct tc *tc,
			 enum tc_side which)
{
	const struct tc_look *t = l->state;
	struct side s = { .side = which, .action = TC_PASS };
	struct first_packet packet;

	s.device = devices_asked(l->links, l->question);
	if (which == TC_EGRESS) {
		uint32_t back = device_back(l);

		s.device = back ? back : s.device;
	}
	first_packet_asked(&packet, l->question, which == TC_EGRESS);
	for (size_t i = 0; i < t->devices.count; i++)
		judge_device(t, tc, &s, t->devices.list[i].index, &packet);
	return s;
}

static const char *name_of(const struct looking *l, uint32_t index)
{
	const struct tc_look *t = l->state;
	const struct device *d = devices_find(&t->devices, index);

	return d ? d->name : "?";
}

static const struct culprit *filter_culprit(const struct looking *l,
					    const struct tc_filter *f)
{
	struct arena *arena = l->facts->arena;
	const char *device = name_of(l, f->device);
	struct culprit *c =
		culprit_new(arena, CULPRIT_TC_FILTER, VANTAGE_SERVER,
			    "filter dev %s %s pref %u %s handle 0x%x%s%s",
			    device, kinds[f->side].name, f->priority, f->kind,
			    f->handle, *f->name ? " " : "", f->name);

	culprit_text(c, arena, "device", device);
	culprit_text(c, arena, "attach_type", kinds[f->side].name);
	culprit_number(c, "priority", f->priority);
	culprit_number(c, "handle", f->handle);
	culprit_text(c, arena, "name", f->name);
	if (f->program)
		culprit_number(c, "id", f->program);
	return c;
}

static void tell_drops(struct looking *l, const struct side *s)
{
	const struct tc_filter *f = s->filter;
	const struct culprit *c = filter_culprit(l, f);

	look_tell(
		l, kinds[s->side].drops, c,
		s->side == TC_INGRESS
			? _("The filter with preference %1$u on %2$s (ingress, %3$s) drops what this client sends.")
			: _("The filter with preference %1$u on %2$s (egress, %3$s) drops the answers to this client."),
		f->priority, name_of(l, f->device), f->kind);
	look_step(l, STEP_FAIL,
		  _("a filter of traffic control on %s drops the packets"),
		  name_of(l, f->device));
}

/* Before a packet: only what is sure. */
static void tell_foreseen(struct looking *l, const struct side *s)
{
	if (s->action == TC_DROP)
		tell_drops(l, s);
	else if (s->action == TC_PASS && !s->error)
		look_tell(l, kinds[s->side].passes, NULL, NULL);
}

/*
 * The queues on the way back.
 */
struct queue {
	const struct tc_qdisc *qdisc; /* that dropped most */
	uint64_t drops, before;
	bool is_plain; /* there is none that could drop */
};

static struct queue read_queues(const struct tc_look *t, const struct tc *now,
				uint32_t device)
{
	struct queue ret = { .is_plain = true };
	uint64_t most = 0;

	for (const struct tc_qdisc *q = now->qdiscs; q; q = q->next) {
		const struct tc_qdisc *was = tc_qdisc_of(&t->tc, q);
		uint64_t before = was ? was->drops : 0;
		uint64_t grown = q->drops > before ? q->drops - before : 0;

		if (tc_is_hook(q) ||
		    carries(t, q->device, device) == DEVICE_ASIDE)
			continue;
		if (strcmp(q->kind, "noqueue") != 0)
			ret.is_plain = false;
		/* A parent counts what its children drop, too. */
		if (grown < most)
			continue;
		if (grown)
			ret.qdisc = q;
		most = ret.drops = grown;
		ret.before = before;
	}

	return ret;
}

static int client(struct looking *l)
{
	const struct tc_look *t = l->state;
	struct side in = judge(l, &t->tc, TC_INGRESS);
	struct side out = judge(l, &t->tc, TC_EGRESS);

	tell_foreseen(l, &in);
	tell_foreseen(l, &out);
	if (read_queues(t, &t->tc, out.device).is_plain)
		look_tell(l, FACT_QDISC_PASSES, NULL, NULL);
	if (!l->text && in.action == TC_PASS && out.action == TC_PASS)
		look_step(l, STEP_PASS,
			  _("traffic control drops nothing of this client's"));
	return in.error ? in.error : out.error;
}

/*
 * With an attempt: the counters.
 */
static uint64_t grown_of_hooks(const struct tc_look *t, const struct tc *now,
			       uint32_t device, uint64_t *before)
{
	uint64_t sum = 0;

	*before = 0;
	for (const struct tc_qdisc *q = now->qdiscs; q; q = q->next) {
		const struct tc_qdisc *was = tc_qdisc_of(&t->tc, q);

		if (!tc_is_hook(q) ||
		    carries(t, q->device, device) == DEVICE_ASIDE)
			continue;
		*before += was ? was->drops : 0;
		if (q->drops > (was ? was->drops : 0))
			sum += q->drops - (was ? was->drops : 0);
	}

	return sum;
}

static bool was_silent(const struct fact_set *seen)
{
	return fact_has(seen, FACT_SYN_SILENCE) ||
	       fact_has(seen, FACT_UDP_SILENCE);
}

/* A counter of all traffic: whether what it grew by are this attempt's packets,
 * because next to nothing else is ever dropped there. */
static bool is_this(const struct looking *l, uint64_t grown, uint64_t before)
{
	uint64_t seconds = (uint64_t)(clock_now() / CLOCK_SECOND);
	uint64_t packets = l->question->packets;

	/* Where it was answered, the answers were repeated, too. */
	return was_silent(l->seen) && grown >= packets && grown > 0 &&
	       grown <= MOST_ANSWERS * packets &&
	       before <= QUIET_DROPS + seconds / QUIET_SECONDS;
}

static uint64_t grown_of_filter(const struct tc_look *t,
				const struct tc_filter *f)
{
	const struct tc_filter *was = tc_filter_of(&t->tc, f);
	uint64_t before = was ? was->drops : 0;

	return f->drops > before ? f->drops - before : 0;
}

/* grown: of the hook, or of the queue that the filter stands at. */
static void tell_seen(struct looking *l, const struct side *s, uint64_t grown,
		      bool is_sole)
{
	const struct tc_look *t = l->state;
	bool is_sure = s->action == TC_DROP;

	/* An action counts for itself; a program that decides does not. */
	if (s->filter && !s->filter->is_direct)
		grown = grown_of_filter(t, s->filter);
	if (!grown && is_sure && s->side == TC_EGRESS &&
	    stopped_before_answer(l->facts))
		return;
	if (!grown || s->action == TC_PASS) {
		facts_forget(l->facts, kinds[s->side].drops);
		/* What stands there without a qdisc is not counted, and what is
		 * led elsewhere does not count as dropped. */
		if (!s->program && !s->error && s->action != TC_AWAY)
			look_tell(l, kinds[s->side].passes, NULL, NULL);
		return;
	}
	if (!s->filter || !was_silent(l->seen) || (!is_sure && !is_sole))
		return;

	tell_drops(l, s);
	if (is_sure)
		look_tell(l, kinds[s->side].counted,
			  filter_culprit(l, s->filter), NULL);
}

static void tell_queue(struct looking *l, const struct queue *q)
{
	struct arena *arena = l->facts->arena;
	struct culprit *c;

	if (!q->drops) {
		look_tell(l, FACT_QDISC_PASSES, NULL, NULL);
		return;
	}
	if (!is_this(l, q->drops, q->before))
		return;

	c = culprit_new(arena, CULPRIT_TC_FILTER, VANTAGE_SERVER,
			"qdisc %s %x: dev %s", q->qdisc->kind,
			q->qdisc->handle >> 16, name_of(l, q->qdisc->device));
	culprit_text(c, arena, "device", name_of(l, q->qdisc->device));
	culprit_text(c, arena, "name", q->qdisc->kind);
	look_tell(
		l, FACT_QDISC_DROPS, c,
		_("The queue %1$s of %2$s dropped %3$u packets while the attempt was made, and hardly any before."),
		q->qdisc->kind, name_of(l, q->qdisc->device),
		(unsigned)q->drops);
}

static int after(struct looking *l)
{
	const struct tc_look *t = l->state;
	struct side in, out;
	struct queue queue;
	uint64_t hooks, was_in, was_out, hooks_out;
	struct tc now;
	int error = tc_read(l->route, &now);

	if (!error) {
		in = judge(l, &now, TC_INGRESS);
		out = judge(l, &now, TC_EGRESS);
		hooks = grown_of_hooks(t, &now, in.device, &was_in);
		hooks_out = grown_of_hooks(t, &now, out.device, &was_out);
		queue = read_queues(t, &now, out.device);
		/* Both sides have one counter at the hook: it is the one's
		 * where the other has nothing that drops. */
		tell_seen(l, &in, hooks,
			  out.action == TC_PASS && is_this(l, hooks, was_in));
		tell_seen(l, &out, hooks_out + queue.drops,
			  in.action == TC_PASS &&
				  is_this(l, hooks_out, was_out));
		if (out.action != TC_DROP || !queue.drops)
			tell_queue(l, &queue);
	}
	tc_done(&now);
	return error;
}

const struct look look_tc = {
	.id = "tc",
	.title = N_("traffic control on the way of the packets"),
	.needs = "CAP_NET_ADMIN",
	.state_size = sizeof(struct tc_look),
	.sees_bridged = true,
	.before = before,
	.client = client,
	.after = after,
	.done = done,
};
