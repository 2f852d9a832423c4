#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "host/device.h"
#include "host/first_packet.h"
#include "host/links.h"
#include "host/look.h"
#include "host/reader.h"
#include "host/sysctl.h"
#include "host/xdp_code.h"

/*
 * The interfaces that the client's packets come by: what meets them before
 * tcpdump does (XDP), what holds them back (a bridge's spanning tree), and what
 * the card lost.
 */
struct device_look {
	struct devices devices;
	uint64_t backlog; /* packets that no processor's queue had room for */
};

enum { FILE_BYTES = 1 << 20 };

/* A line for each processor, of hexadecimal words; the second is what was
 * dropped (softnet_seq_show()). */
static int read_backlog(uint64_t *ret)
{
	struct text t = TEXT_NULL;
	int error = reader_file("/proc/net/softnet_stat", FILE_BYTES, &t);
	const char *line = text_string(&t);

	*ret = 0;
	while (!error && *line) {
		const char *word = line + strcspn(line, " \n");

		*ret += strtoull(word, NULL, 16);
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	text_done(&t);
	return error;
}

static int before(struct looking *l)
{
	struct device_look *d = l->state;

	int error = devices_read(l->route, &d->devices);

	return error ? error : read_backlog(&d->backlog);
}

static void done(struct looking *l)
{
	struct device_look *d = l->state;

	devices_done(&d->devices);
}

static enum device_carries carries(const struct devices *d, uint32_t index,
				   uint32_t device)
{
	return device ? devices_carry(d, index, device) : DEVICE_MAY;
}

static const char *xdp_mode(const struct device *d)
{
	if (d->xdp_mode == XDP_ATTACHED_SKB)
		return "xdpgeneric";
	if (d->xdp_mode == XDP_ATTACHED_HW)
		return "xdpoffload";

	return "xdp";
}

static void tell_xdp(struct looking *l, const struct device *d,
		     enum fact_kind kind)
{
	struct arena *arena = l->facts->arena;
	struct culprit *c =
		culprit_new(arena, CULPRIT_BPF_PROGRAM, VANTAGE_SERVER,
			    "dev %s %s id %u", d->name, xdp_mode(d), d->xdp);

	culprit_text(c, arena, "device", d->name);
	culprit_text(c, arena, "attach_type", xdp_mode(d));
	culprit_number(c, "id", d->xdp);
	look_tell(
		l, kind, c,
		kind == FACT_XDP_DROPS
			? _("The XDP program %1$u on %2$s drops this client's packets before the kernel and tcpdump see them.")
			: _("The XDP program %1$u on %2$s sees each packet before the kernel and tcpdump do."),
		d->xdp, d->name);
}

/* The programs on the way, together. */
struct programs {
	const struct device *drops, *other; /* that does, or may */
	size_t count;
};

/* One on a part of the way is not sure to see the packets. */
static void judge_xdp(const struct looking *l, const struct device *d,
		      enum device_carries carry, struct programs *p)
{
	enum xdp_code_says says = XDP_CODE_MAY;
	struct first_packet packet;

	p->count++;
	first_packet_asked(&packet, l->question, false);
	if (d->xdp_mode != XDP_ATTACHED_MULTI)
		says = xdp_code_judge(d->xdp, &packet);
	if (says == XDP_CODE_DROPS && carry == DEVICE_CARRIES)
		p->drops = d;
	else if (says != XDP_CODE_PASSES)
		p->other = d;
}

static void tell_programs(struct looking *l, const struct programs *p)
{
	if (!p->count) {
		look_tell(l, FACT_XDP_NONE, NULL, NULL);
	} else if ((l->question->packets && !l->question->is_uncaptured) ||
		   (!p->drops && !p->other)) {
		/* What a capture saw came through. */
		look_tell(l, FACT_XDP_PASSES, NULL, NULL);
	} else if (p->drops) {
		tell_xdp(l, p->drops, FACT_XDP_DROPS);
		look_step(l, STEP_FAIL,
			  _("the XDP program %1$u on %2$s drops the packets"),
			  p->drops->xdp, p->drops->name);
	} else {
		tell_xdp(l, p->other, FACT_XDP_PROGRAM);
	}
}

static const char *port_state(uint8_t state)
{
	static const char *const names[] = {
		[BR_STATE_DISABLED] = "disabled",
		[BR_STATE_LISTENING] = "listening",
		[BR_STATE_LEARNING] = "learning",
		[BR_STATE_FORWARDING] = "forwarding",
		[BR_STATE_BLOCKING] = "blocking",
	};

	return state <= BR_STATE_BLOCKING ? names[state] : "?";
}

static bool is_held(const struct device *d)
{
	return !strcmp(d->port_kind, "bridge") &&
	       d->port_state != BR_STATE_FORWARDING;
}

static void tell_port(struct looking *l, const struct device *d,
		      const struct device *bridge)
{
	struct arena *arena = l->facts->arena;
	const char *state = port_state(d->port_state);
	struct culprit *c = culprit_new(arena, CULPRIT_LINK, VANTAGE_SERVER,
					"%s master %s state %s", d->name,
					bridge ? bridge->name : "?", state);

	culprit_text(c, arena, "device", d->name);
	culprit_text(c, arena, "state", state);
	look_tell(
		l, FACT_BRIDGE_PORT_BLOCKED, c,
		_("The port %1$s of the bridge %2$s is in the state %3$s, so what comes in by it goes nowhere."),
		d->name, bridge ? bridge->name : "?", state);
	look_step(l, STEP_FAIL, _("the port %s of a bridge is %s"), d->name,
		  state);
}

/* What the ports of the bridges on the way do, counted. */
struct ports {
	const struct device *held;
	size_t held_count, count;
};

/* Only ports that are sure to be on the way, or all of them, are to blame. */
static void judge_ports(struct looking *l, const struct ports *p)
{
	const struct device_look *d = l->state;

	if (!p->held_count)
		look_tell(l, FACT_BRIDGE_PORT_FORWARDS, NULL, NULL);
	else if (p->held_count == p->count)
		tell_port(l, p->held,
			  devices_find(&d->devices, p->held->master));
}

/* Whether what a bridge carries is shown to iptables, too. */
static void judge_filter(struct looking *l)
{
	const char *name = address_is_v4(&l->question->client)
				   ? "net.bridge.bridge-nf-call-iptables"
				   : "net.bridge.bridge-nf-call-ip6tables";
	struct arena *arena = l->facts->arena;
	struct culprit *c;
	int64_t value = 0;

	if (sysctl_number(name, &value) || !value)
		return;

	c = culprit_new(arena, CULPRIT_SYSCTL, VANTAGE_SERVER, "%s = %lld",
			name, (long long)value);
	culprit_text(c, arena, "name", name);
	culprit_number(c, "value", value);
	look_tell(l, FACT_BRIDGE_FILTERED, c, NULL);
}

static int client(struct looking *l)
{
	const struct device_look *d = l->state;
	uint32_t asked = devices_asked(l->links, l->question);
	struct programs programs = { 0 };
	struct ports ports = { 0 };

	for (size_t i = 0; i < d->devices.count; i++) {
		const struct device *one = &d->devices.list[i];
		enum device_carries carry;

		carry = carries(&d->devices, one->index, asked);
		if (carry == DEVICE_ASIDE)
			continue;
		if (one->xdp)
			judge_xdp(l, one, carry, &programs);
		ports.count += !strcmp(one->port_kind, "bridge");
		if (!is_held(one))
			continue;
		ports.held = one;
		ports.held_count++;
	}
	tell_programs(l, &programs);
	/* Where it is not known which bridge it is, nothing can be said. */
	if (asked || !ports.held_count)
		judge_ports(l, &ports);
	if (ports.count)
		judge_filter(l);
	return 0;
}

static void tell_missed(struct looking *l, const struct device *d,
			uint64_t missed)
{
	struct arena *arena = l->facts->arena;
	struct culprit *c =
		culprit_new(arena, CULPRIT_LINK, VANTAGE_SERVER, "%s missed %u",
			    d->name, (unsigned)missed);

	culprit_text(c, arena, "device", d->name);
	look_tell(
		l, FACT_NIC_MISSES, c,
		_("The network card of %1$s lost %2$u packets while the attempt was made: its receive buffers were full."),
		d->name, (unsigned)missed);
}

static void tell_backlog(struct looking *l, uint64_t dropped)
{
	struct arena *arena = l->facts->arena;
	int64_t most = 0;
	struct culprit *c;

	(void)sysctl_number("net.core.netdev_max_backlog", &most);
	c = culprit_new(arena, CULPRIT_SYSCTL, VANTAGE_SERVER,
			"net.core.netdev_max_backlog = %lld", (long long)most);
	culprit_text(c, arena, "name", "net.core.netdev_max_backlog");
	culprit_number(c, "value", most);
	look_tell(
		l, FACT_NIC_MISSES, c,
		_("The processors' queues of packets were full, and %u were dropped while the attempt was made."),
		(unsigned)dropped);
}

/* The device that missed most since the start, or NULL. */
static const struct device *worst_of(const struct looking *l,
				     const struct devices *now, uint64_t *most)
{
	const struct device_look *d = l->state;
	uint32_t asked = devices_asked(l->links, l->question);
	const struct device *worst = NULL;

	*most = 0;
	for (size_t i = 0; i < now->count; i++) {
		const struct device *one = &now->list[i];
		const struct device *was =
			devices_find(&d->devices, one->index);

		if (!was || carries(now, one->index, asked) == DEVICE_ASIDE ||
		    one->counts.missed <= was->counts.missed + *most)
			continue;
		*most = one->counts.missed - was->counts.missed;
		worst = one;
	}

	return worst;
}

/* By the port that the packets came in by, as it is now. */
static void settle_port(struct looking *l, const struct devices *now)
{
	const struct fact *f = facts_get(l->facts, FACT_BRIDGE_PORT_BLOCKED);
	const struct device *one = devices_find(now, l->question->device);

	if (!f || !one)
		return;
	if (is_held(one))
		look_tell(l, FACT_BRIDGE_PORT_MET, f->culprit, NULL);
	else if (*one->port_kind)
		facts_forget(l->facts, FACT_BRIDGE_PORT_BLOCKED);
}

static int after(struct looking *l)
{
	const struct device_look *d = l->state;
	const struct device *worst = NULL;
	uint64_t most = 0, backlog = 0;
	struct devices now;
	int error = devices_read(l->route, &now);

	if (!error)
		error = read_backlog(&backlog);
	if (!error)
		worst = worst_of(l, &now, &most);
	if (!error)
		settle_port(l, &now);
	if (worst)
		tell_missed(l, worst, most);
	else if (!error && backlog > d->backlog)
		tell_backlog(l, backlog - d->backlog);
	else if (!error)
		look_tell(l, FACT_NIC_MISSES_NONE, NULL, NULL);
	devices_done(&now);
	return error;
}

const struct look look_device = {
	.id = "device",
	.title = N_("the interfaces that the packets come by"),
	.state_size = sizeof(struct device_look),
	.sees_bridged = true,
	.before = before,
	.client = client,
	.after = after,
	.done = done,
};
