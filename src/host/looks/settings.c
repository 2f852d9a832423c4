#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "host/counters.h"
#include "host/netlink.h"
#include "host/sysctl.h"
#include "host/way.h"

/*
 * Settings of the kernel that make it ignore a client, and what it counted of
 * packets that it threw away for their own faults. (ip-sysctl.rst)
 */

/* Gone since Linux 4.12. */
static bool has_recycling(void)
{
	int64_t value = 0;
	int err = sysctl_number("net.ipv4.tcp_tw_recycle", &value);

	return err != -ENOENT && (err || value);
}

/* The packets of a VRF are for its own sockets, unless those of none may serve
 * all. */
static void tell_vrf(struct looking *l)
{
	const struct links_link *in =
		links_by_index(l->links, l->question->device);
	const struct links_link *vrf =
		in && in->master ? links_by_index(l->links, in->master) : in;
	bool is_udp = l->question->protocol == IPPROTO_UDP;
	const char *name = is_udp ? "net.ipv4.udp_l3mdev_accept"
				  : "net.ipv4.tcp_l3mdev_accept";
	int64_t value = 0;

	if (!l->question->packets || !in)
		return;
	if (!vrf || strcmp(vrf->kind, "vrf") != 0) {
		look_tell(l, FACT_NO_VRF, NULL, NULL);
		return;
	}
	if (sysctl_number(name, &value) || value)
		return;

	look_tell(l, FACT_IN_VRF, way_sysctl_culprit(l, name, value),
		  _("%1$s belongs to the VRF %2$s, and %3$s is 0."), in->name,
		  vrf->name, name);
}

/* Whether somebody on that link asks for the address there. */
static bool is_asked_for(const struct looking *l, const struct links_link *in,
			 const struct address *a)
{
	for (size_t i = 0; i < l->links->address_count; i++) {
		const struct links_address *own = &l->links->addresses[i];

		if (own->index == in->index &&
		    route_is_prefix(&own->address, own->prefix, a))
			return true;
	}

	return false;
}

/* arp_ignore() of net/ipv4/arp.c: 1 and 2 answer only for addresses of the
 * device that was asked on, 8 for none. */
static void tell_arp(struct looking *l)
{
	const struct address *a = &l->question->server;
	const struct links_link *in =
		links_by_index(l->links, l->question->device);
	const struct links_address *own = links_own(l->links, a);
	struct text name = TEXT_NULL;
	int64_t mode = 0;
	const char *of;

	if (!in || !own || !address_is_v4(a) || !links_has_neighbours(in) ||
	    way_setting(AF_INET, in->name, "arp_ignore", &mode, &of))
		return;
	if (mode == 0 ||
	    ((mode == 1 || mode == 2) && own->index == in->index)) {
		look_tell(l, FACT_ARP_NOT_IGNORED, NULL, NULL);
		return;
	}
	if (l->question->packets || (mode != 1 && mode != 2 && mode != 8) ||
	    !is_asked_for(l, in, a))
		return;

	text_format(&name, "net.ipv4.conf.%s.arp_ignore", of);
	look_tell(
		l, FACT_ARP_IGNORED,
		way_sysctl_culprit(l, text_string(&name), mode),
		_("%1$s is %2$d: nobody who asks for %3$s on %4$s gets an answer."),
		text_string(&name), (int)mode, way_words(l, a), in->name);
	look_step(l, STEP_FAIL, "%s = %d", text_string(&name), (int)mode);
	text_done(&name);
}

static int client(struct looking *l)
{
	if (!has_recycling())
		look_tell(l, FACT_TW_RECYCLE_OFF, NULL, NULL);
	tell_vrf(l);
	if (l->question->has_server)
		tell_arp(l);

	return 0;
}

/* What has changed since before(). */
struct grown {
	const struct counters_taken *before, *now;
};

static uint64_t grown(const struct grown *g, enum counter c)
{
	return counters_grown(g->before, g->now, c);
}

static void tell_checksum(struct looking *l, const struct grown *g)
{
	bool is_udp = l->question->protocol == IPPROTO_UDP;
	enum counter c = !is_udp ? COUNTER_IN_CHECKSUM
			 : address_is_v4(&l->question->client)
				 ? COUNTER_UDP_CHECKSUM
				 : COUNTER_UDP_CHECKSUM6;
	const struct links_link *in =
		links_by_index(l->links, l->question->device);

	if (!grown(g, c))
		look_tell(
			l, FACT_CHECKSUM_QUIET, NULL,
			_("The counter %s did not move when the packets came."),
			counters_name(c));
	else if (fact_has(l->seen, FACT_SYN_ARRIVED) &&
		 look_is_this(l, grown(g, c)))
		look_tell(
			l, FACT_CHECKSUM_COUNTED,
			in ? way_link_culprit(l, in) : NULL,
			_("The counter %1$s grew by %2$llu when the packets came."),
			counters_name(c), (unsigned long long)grown(g, c));
}

static void tell_recycling(struct looking *l, const struct grown *g)
{
	if (has_recycling() && fact_has(l->seen, FACT_SYN_ARRIVED) &&
	    look_is_this(l, grown(g, COUNTER_PAWS_PASSIVE)))
		look_tell(
			l, FACT_TW_RECYCLE_DROPS,
			way_sysctl_culprit(l, "net.ipv4.tcp_tw_recycle", 1),
			_("net.ipv4.tcp_tw_recycle is 1, and the counter %s grew when the packets came."),
			counters_name(COUNTER_PAWS_PASSIVE));
}

/* How many routers the client's packet came by, from what systems begin with. */
static unsigned routers_between(uint8_t ttl)
{
	static const uint8_t firsts[] = { 32, 64, 128, 255 };

	for (size_t i = 0; ttl && i < sizeof(firsts); i++)
		if (ttl <= firsts[i])
			return firsts[i] - ttl;

	return 0;
}

/* What this host's packets begin with that leave by the device. */
static int read_own_ttl(const struct looking *l, struct text *name,
			int64_t *ret)
{
	const struct links_link *out =
		links_by_index(l->links, l->question->device);
	struct text path = TEXT_NULL;
	int err = -ENODEV;

	if (address_is_v4(&l->question->client)) {
		text_str(name, "net.ipv4.ip_default_ttl");
		err = sysctl_number(text_string(name), ret);
	} else if (out) {
		text_format(name, "net.ipv6.conf.%s.hop_limit", out->name);
		text_format(&path, "net/ipv6/conf/%s/hop_limit", out->name);
		err = sysctl_number(text_string(&path), ret);
	}
	text_done(&path);
	return err;
}

/* A router on the way back says that it ran out, and it cannot suffice for as
 * many routers as the client's packet passed. One that does may have run out in
 * a loop. */
static void tell_ttl(struct looking *l)
{
	struct text name = TEXT_NULL;
	int64_t value = 0;

	if (fact_has(l->seen, FACT_ICMP_TTL) &&
	    fact_has(l->seen, FACT_SYNACK_SEEN) &&
	    !read_own_ttl(l, &name, &value) && value >= 0 &&
	    value <= routers_between(l->question->ttl))
		look_tell(
			l, FACT_OWN_TTL_SMALL,
			way_sysctl_culprit(l, text_string(&name), value),
			_("%1$s is %2$d, and a router on the way says that the ttl ran out."),
			text_string(&name), (int)value);
	text_done(&name);
}

static int after(struct looking *l)
{
	bool is_v4 = address_is_v4(&l->question->client);
	struct way_counted *s = l->state;
	struct counters_taken now;
	struct grown g = { &s->before, &now };
	int err = s->has_before ? counters_read(&now) : -ENODATA;

	if (err)
		return err == -ENODATA ? 0 : err;

	tell_checksum(l, &g);
	tell_recycling(l, &g);
	tell_ttl(l);
	if (grown(&g, is_v4 ? COUNTER_REASSEMBLY : COUNTER_REASSEMBLY6))
		look_tell(l, FACT_FRAGMENTS_MISSING, NULL, NULL);
	return 0;
}

const struct look look_settings = {
	.id = "settings",
	.title = N_("settings of the kernel"),
	.state_size = sizeof(struct way_counted),
	.before = way_count,
	.client = client,
	.after = after,
};
