/* What the room is to be like: as this host, as far as that is known. */
#include "fix/rehearse_parts.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/i18n.h"
#include "host/netlink.h"
#include "host/sysctl.h"

enum {
	ROUTES_MOST = 4000,
	PORTS_MOST = 16,
	MTU = 1500,
	FREE_PORT = 40123,
};

static const char *const settings[] = {
	/* These set those of the devices, too: first. */
	"ipv4/ip_forward",
	"ipv6/conf/all/forwarding",
	"ipv4/tcp_syncookies",
	"ipv4/tcp_fastopen",
	"ipv4/tcp_ecn",
	"ipv4/tcp_timestamps",
	"ipv4/fib_multipath_hash_policy",
	"ipv4/fwmark_reflect",
	"ipv4/ip_nonlocal_bind",
	"ipv4/icmp_echo_ignore_all",
	"ipv4/ip_default_ttl",
	"netfilter/nf_conntrack_tcp_loose",
	"netfilter/nf_conntrack_tcp_be_liberal",
	"netfilter/nf_conntrack_checksum",
	"netfilter/nf_conntrack_helper",
	"netfilter/nf_conntrack_acct",
};

/* Of each device, and of all. */
static const char *const of_devices[] = {
	"ipv4/conf/%s/rp_filter",      "ipv4/conf/%s/forwarding",
	"ipv4/conf/%s/arp_ignore",     "ipv4/conf/%s/accept_local",
	"ipv4/conf/%s/route_localnet", "ipv4/conf/%s/src_valid_mark",
	"ipv6/conf/%s/forwarding",     "ipv6/conf/%s/disable_ipv6",
};

static const char *const all_kinds[] = { "all" };

bool rehearse_host_is_own(const struct rehearsing *s, const struct address *a)
{
	for (size_t i = 0; i < s->plan.address_count; i++)
		if (address_equal(&s->plan.addresses[i].address, a))
			return true;

	return address_is_loopback(a);
}

static bool has_address(const struct links *l, uint32_t index)
{
	for (size_t i = 0; i < l->address_count; i++)
		if (l->addresses[i].index == index)
			return true;

	return false;
}

static bool is_plain_device(const struct links_link *l)
{
	return l->type == ARPHRD_ETHER &&
	       (!*l->kind || !strcmp(l->kind, "veth"));
}

static void tell_kind(struct rehearsing *s, const struct links_link *l)
{
	if (links_is_loopback(l) || is_plain_device(l))
		return;
	rehearse_rows_stand_in(
		s, fix_words(s->p,
			     _("%s is no plain Ethernet device on the host "
			       "(%s); in the room it is one."),
			     l->name, *l->kind ? l->kind : _("another kind")));
}

/* The MAC address that rules see is the sender's: both ends have it. */
static void set_mac(struct rehearsing *s, struct room_device *d,
		    const struct links_link *l, size_t number)
{
	static const uint8_t made_up[6] = { 2, 'k', 'w', 0, 0, 0 };

	memcpy(d->mac, made_up, sizeof(d->mac));
	d->mac[5] = (uint8_t)number;
	if (l && l->has_mac && is_plain_device(l))
		memcpy(d->mac, l->mac, sizeof(d->mac));
	d->has_mac = true;
	(void)s;
}

static int plan_devices(struct rehearsing *s)
{
	const struct links *l = s->p->links;
	struct room_plan *p = &s->plan;

	p->devices =
		arena_alloc(s->arena, (l->count + 1) * sizeof(*p->devices));
	p->addresses = arena_alloc(s->arena, (l->address_count + 1) *
						     sizeof(*p->addresses));
	if (!p->devices || !p->addresses)
		return -ENOMEM;

	for (size_t i = 0; i < l->count; i++) {
		const struct links_link *link = &l->links[i];
		struct room_device *d = &p->devices[p->device_count];

		if (!links_is_loopback(link) &&
		    (!links_is_up(link) || !has_address(l, link->index)))
			continue;
		memcpy(d->name, link->name, sizeof(d->name));
		d->is_loopback = links_is_loopback(link);
		d->mtu = link->mtu;
		d->index = link->index;
		set_mac(s, d, link, p->device_count);
		tell_kind(s, link);
		for (size_t k = 0; k < l->address_count; k++) {
			const struct links_address *a = &l->addresses[k];

			if (a->index != link->index)
				continue;
			p->addresses[p->address_count++] =
				(struct room_address){
					.address = a->address,
					.device = (uint16_t)p->device_count,
					.prefix = a->prefix,
					.scope = a->scope,
				};
		}
		p->device_count++;
	}

	return 0;
}

/* Without a host: one device, with the address that is asked for. */
static int plan_nothing_known(struct rehearsing *s)
{
	static const struct room_device lo = { .name = "lo",
					       .is_loopback = true,
					       .index = 1 };
	struct room_plan *p = &s->plan;
	char name[ROOM_NAME] = "eth0";
	struct text t = TEXT_NULL;
	bool is_v4 = address_is_v4(&s->server);

	p->devices = arena_alloc(s->arena, 2 * sizeof(*p->devices));
	p->addresses = arena_alloc(s->arena, sizeof(*p->addresses));
	if (!p->devices || !p->addresses)
		return -ENOMEM;

	if (s->p->has_packet && point_has(&s->p->packet, FIELD_IIF) &&
	    s->p->packet.value[FIELD_IIF]) {
		field_name_text(&t, s->p->packet.value[FIELD_IIF]);
		if (strcmp(text_string(&t), "lo") != 0)
			(void)strncpy(name, text_string(&t), ROOM_NAME - 1);
		text_done(&t);
	}
	p->devices[0] = lo;
	p->devices[1] = (struct room_device){ .mtu = MTU, .index = 2 };
	memcpy(p->devices[1].name, name, ROOM_NAME);
	set_mac(s, &p->devices[1], NULL, 1);
	p->device_count = 2;
	p->addresses[0] = (struct room_address){ .address = s->server,
						 .device = 1,
						 .prefix = is_v4 ? 24 : 64 };
	p->address_count = 1;
	rehearse_rows_stand_in(
		s, _("Nothing is known of the host: the room has one device, "
		     "with the server's address."));
	return 0;
}

struct gathering {
	struct rehearsing *s;
	size_t size;
	bool is_over;
};

static bool is_wanted(const struct route *r)
{
	return r->table != RT_TABLE_LOCAL && r->type != RTN_LOCAL &&
	       r->type != RTN_BROADCAST && r->type != RTN_MULTICAST &&
	       r->type != RTN_ANYCAST && !(r->flags & RTM_F_CLONED) &&
	       r->protocol != RTPROT_KERNEL;
}

static int take_route(const struct route *r, void *context)
{
	struct gathering *g = context;
	struct room_plan *p = &g->s->plan;

	if (!is_wanted(r))
		return 0;
	if (p->route_count >= ROUTES_MOST) {
		g->is_over = true;
		return 0;
	}
	p->routes[p->route_count] = *r;
	if (!r->has_device)
		p->routes[p->route_count].device = 0;
	p->route_count++;
	return 0;
}

static int take_policy(const struct policy_rule *r, void *context)
{
	struct gathering *g = context;
	struct room_plan *p = &g->s->plan;

	if (p->policy_count >= g->size) {
		g->is_over = true;
		return 0;
	}
	p->policy[p->policy_count++] = *r;
	return 0;
}

/* By the reader: who asks needs no rights. */
static int plan_routes(struct rehearsing *s)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct gathering g = { .s = s, .size = 256 };
	struct netlink *n = NULL;
	int err;

	s->plan.routes =
		arena_alloc(s->arena, ROUTES_MOST * sizeof(*s->plan.routes));
	s->plan.policy =
		arena_alloc(s->arena, g.size * sizeof(*s->plan.policy));
	if (!s->plan.routes || !s->plan.policy)
		return -ENOMEM;

	err = netlink_open(&n, NETLINK_ROUTE);
	for (size_t i = 0; i < 2 && !err; i++) {
		err = route_dump(n, families[i], take_route, &g);
		if (!err)
			err = policy_rule_dump(n, families[i], take_policy, &g);
	}
	netlink_close(n);
	if (err)
		rehearse_rows_stand_in(
			s, _("The host's routes could not be read: the room "
			     "has those of its addresses."));
	if (g.is_over)
		rehearse_rows_stand_in(
			s, _("The host has too many routes: the room has the "
			     "first of them."));
	return 0;
}

/* All else is behind the device that the client is behind. */
static int plan_default_routes(struct rehearsing *s)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct room_plan *p = &s->plan;

	p->routes = arena_alloc(s->arena, 2 * sizeof(*p->routes));
	if (!p->routes)
		return -ENOMEM;
	for (size_t i = 0; i < 2; i++)
		p->routes[p->route_count++] = (struct route){
			.family = families[i],
			.table = RT_TABLE_MAIN,
			.type = RTN_UNICAST,
			.protocol = RTPROT_STATIC,
			.scope = families[i] == AF_INET ? RT_SCOPE_LINK
							: RT_SCOPE_UNIVERSE,
			.device = p->devices[s->device].index,
		};
	return 0;
}

static void plan_setting(struct rehearsing *s, const char *format,
			 const char *device)
{
	struct text path = TEXT_NULL, name = TEXT_NULL;
	struct room_setting *to = &s->plan.settings[s->plan.setting_count];
	int64_t value;

	text_format(&path, format, device);
	text_format(&name, "net/%s", text_string(&path));
	if (path.len < ROOM_PATH &&
	    !sysctl_number(text_string(&name), &value)) {
		struct text number = TEXT_NULL;

		text_i64(&number, value);
		memcpy(to->path, text_string(&path), path.len + 1);
		memcpy(to->value, text_string(&number), number.len + 1);
		s->plan.setting_count++;
		text_done(&number);
	}
	text_done(&path);
	text_done(&name);
}

/* Where nothing is known of them, what is led on to another host gets there. */
static int plan_forwarding(struct rehearsing *s)
{
	static const struct room_setting on[] = {
		{ "ipv4/ip_forward", "1" },
		{ "ipv6/conf/all/forwarding", "1" },
	};

	if (s->p->may_read || !s->is_led || rehearse_host_is_own(s, &s->led_to))
		return 0;
	s->plan.settings = (void *)arena_copy(s->arena, on, sizeof(on));
	s->plan.setting_count = s->plan.settings ? 2 : 0;
	rehearse_rows_stand_in(
		s, _("The host's settings are not known: in the room it "
		     "forwards packets."));
	return s->plan.settings ? 0 : -ENOMEM;
}

static int plan_settings(struct rehearsing *s)
{
	size_t kinds = sizeof(of_devices) / sizeof(*of_devices);
	size_t plain = sizeof(settings) / sizeof(*settings);
	size_t most = plain + kinds * (s->plan.device_count + 1);

	s->plan.settings =
		arena_alloc(s->arena, most * sizeof(*s->plan.settings));
	if (!s->plan.settings)
		return -ENOMEM;
	for (size_t i = 0; i < plain; i++)
		plan_setting(s, settings[i], "");
	for (size_t i = 0; i < kinds; i++)
		plan_setting(s, of_devices[i], all_kinds[0]);
	for (size_t k = 0; k < s->plan.device_count; k++)
		for (size_t i = 0; i < kinds; i++)
			plan_setting(s, of_devices[i], s->plan.devices[k].name);
	return 0;
}

static bool is_of_family(const struct address *a, bool is_v4)
{
	return address_is_v4(a) == is_v4;
}

/* No route leads there from this host, which has asked for it: so no address of
 * its own was chosen for that yet. */
static bool choose_own(struct rehearsing *s)
{
	const struct links *l = s->p->links;

	if (!l || !s->p->record || s->p->record->vantage != VANTAGE_CLIENT)
		return false;
	for (size_t i = 0; i < l->address_count; i++) {
		const struct address *a = &l->addresses[i].address;

		if (address_is_loopback(a) || l->addresses[i].scope ||
		    !is_of_family(a, address_is_v4(&s->server)))
			continue;
		s->client = *a;
		return true;
	}

	return false;
}

/* Who connects to what. */
static bool choose_connection(struct rehearsing *s)
{
	const struct fix_ask *ask = &s->p->plan->ask;
	const struct point *p = &s->p->packet;
	bool has_client = false, has_server = ask->has_server;

	s->protocol = ask->protocol;
	s->port = ask->port;
	s->client_port = FREE_PORT;
	s->server = ask->server;
	if (s->p->has_packet && point_has(p, FIELD_SADDR)) {
		s->client = field_to_address(p->value[FIELD_SADDR]);
		has_client = true;
	} else if (ask->has_client) {
		s->client = ask->client;
		has_client = true;
	}
	if (!has_server && s->p->has_packet && point_has(p, FIELD_DADDR)) {
		s->server = field_to_address(p->value[FIELD_DADDR]);
		has_server = true;
	}
	for (size_t i = 0;
	     !has_server && s->p->links && i < s->p->links->address_count;
	     i++) {
		const struct links_address *a = &s->p->links->addresses[i];

		if (address_is_loopback(&a->address) || a->scope ||
		    !is_of_family(&a->address,
				  !has_client || address_is_v4(&s->client)))
			continue;
		s->server = a->address;
		has_server = true;
	}
	if (!has_client && has_server)
		has_client = choose_own(s);
	if (!has_client) {
		/* Anybody (RFC 5737, RFC 3849). */
		static const uint8_t v6[16] = { 0x20, 1, 0x0d, 0xb8, [15] = 7 };

		s->client = address_v4(0xc6336407);
		if (has_server && !address_is_v4(&s->server))
			s->client = address_v6(v6);
	}

	return has_server && s->port &&
	       is_of_family(&s->client, address_is_v4(&s->server));
}

static uint16_t device_named(const struct rehearsing *s, const char *name)
{
	for (size_t i = 0; i < s->plan.device_count; i++)
		if (!strcmp(s->plan.devices[i].name, name))
			return (uint16_t)i;

	return ROOM_BY_ROUTE;
}

/* By which it comes in: as the packet says, else where the server's address is. */
static uint16_t client_device(const struct rehearsing *s)
{
	const struct point *p = &s->p->packet;
	struct text t = TEXT_NULL;
	uint16_t found = ROOM_BY_ROUTE;

	if (s->p->has_packet && point_has(p, FIELD_IIF)) {
		field_name_text(&t, p->value[FIELD_IIF]);
		found = device_named(s, text_string(&t));
		text_done(&t);
	}
	for (size_t i = 0; found == ROOM_BY_ROUTE && i < s->plan.address_count;
	     i++)
		if (address_equal(&s->plan.addresses[i].address, &s->server))
			found = s->plan.addresses[i].device;
	for (size_t i = 0; found == ROOM_BY_ROUTE && i < s->plan.device_count;
	     i++)
		if (!s->plan.devices[i].is_loopback)
			found = (uint16_t)i;

	return found;
}

static void take_mac(struct rehearsing *s)
{
	const struct point *p = &s->p->packet;
	u128 mac;

	if (!s->p->has_packet || !point_has(p, FIELD_MAC_SADDR) ||
	    s->device >= s->plan.device_count)
		return;
	mac = p->value[FIELD_MAC_SADDR];
	/* A group's address is nobody's own. */
	if (!mac || mac >> 40 & 1)
		return;
	for (int i = 5; i >= 0; i--, mac >>= 8)
		s->plan.devices[s->device].mac[i] = (uint8_t)mac;
}

/* Where the rules lead it, and what they say of it: by the walk. */
static int walk_it(struct rehearsing *s)
{
	struct walk_question q = { .packet = s->p->packet, .host = s->p->host };
	struct walk_result w = { 0 };
	int err;

	if (!s->p->ruleset || !s->p->has_packet)
		return 0;
	err = walk_packet(s->p->ruleset, &q, s->arena, &w);
	if (err)
		return err;

	s->led_to = s->server;
	s->led_port = s->port;
	for (size_t i = 0; i < w.way.change_count; i++) {
		const struct walk_change *c = &w.way.changes[i];

		if (!c->is_known)
			continue;
		if (c->field == FIELD_DADDR)
			s->led_to = field_to_address(c->after);
		if (c->field == FIELD_DPORT)
			s->led_port = (uint16_t)c->after;
	}
	s->is_led = !address_equal(&s->led_to, &s->server) ||
		    s->led_port != s->port;
	s->is_unsure = w.way.doubt_count > 0;
	if (w.blocker_count && !w.blockers[0].of_reply) {
		s->expected = w.blockers[0].verdict;
		s->has_expected = s->expected.decision == WALK_DROP ||
				  s->expected.decision == WALK_REJECT;
	}
	return 0;
}

static void add_port(struct rehearsing *s, uint16_t port, uint8_t protocol,
		     enum room_side side)
{
	struct room_plan *p = &s->plan;

	for (size_t i = 0; i < p->port_count; i++)
		if (p->ports[i].port == port &&
		    p->ports[i].protocol == protocol &&
		    p->ports[i].side == side)
			return;
	p->ports[p->port_count++] = (struct room_port){ .port = port,
							.protocol = protocol,
							.side = (uint8_t)side };
}

static void add_world(struct rehearsing *s, const struct address *a,
		      uint16_t device)
{
	struct room_plan *p = &s->plan;

	if (rehearse_host_is_own(s, a))
		return;
	for (size_t i = 0; i < p->world_count; i++)
		if (address_equal(&p->world[i].address, a))
			return;
	p->world[p->world_count++] =
		(struct room_address){ .address = *a, .device = device };
}

static int plan_others(struct rehearsing *s)
{
	const struct fix_planning *p = s->p;

	s->plan.world = arena_alloc(s->arena,
				    (FIX_ADMINS + 4) * sizeof(*s->plan.world));
	s->plan.ports = arena_alloc(s->arena, (FIX_ADMINS + PORTS_MOST) *
						      sizeof(*s->plan.ports));
	if (!s->plan.world || !s->plan.ports)
		return -ENOMEM;

	add_world(s, &s->client, s->device);
	add_port(s, s->port, s->protocol, ROOM_HOST);
	if (s->is_led) {
		add_world(s, &s->led_to, ROOM_BY_ROUTE);
		add_port(s, s->led_port, s->protocol, ROOM_HOST);
	}
	if (!rehearse_host_is_own(s, &s->server))
		add_world(s, &s->server, ROOM_BY_ROUTE);
	add_port(s, s->port, s->protocol, ROOM_WORLD);
	if (s->is_led)
		add_port(s, s->led_port, s->protocol, ROOM_WORLD);
	for (size_t i = 0; i < p->admin_count && i < FIX_ADMINS; i++) {
		if (!p->admins[i].server_port)
			continue;
		add_world(s, &p->admins[i].client, ROOM_BY_ROUTE);
		add_port(s, p->admins[i].server_port, IPPROTO_TCP, ROOM_HOST);
	}
	return 0;
}

/* What a bridge carries needs no route, and a room has no bridge. */
static bool is_bridged(const struct rehearsing *s)
{
	if (!s->p->may_read || s->is_led || !s->p->links ||
	    rehearse_host_is_own(s, &s->server) ||
	    !links_may_bridge(s->p->links, &s->server))
		return false;
	for (size_t i = 0; i < s->plan.route_count; i++)
		if (route_covers(&s->plan.routes[i], &s->server))
			return false;

	return true;
}

int rehearse_host_plan(struct rehearsing *s)
{
	int err;

	s->has_connection = choose_connection(s);
	if (!s->has_connection)
		return 0;
	err = s->p->links && s->p->links->count ? plan_devices(s)
						: plan_nothing_known(s);
	if (err)
		return err;

	s->device = client_device(s);
	if (s->device == ROOM_BY_ROUTE) {
		s->has_connection = false;
		return 0;
	}
	take_mac(s);
	s->is_own = rehearse_host_is_own(s, &s->client);
	err = s->p->may_read ? plan_routes(s) : plan_default_routes(s);
	if (!err && s->p->may_read)
		err = plan_settings(s);
	if (!err)
		err = walk_it(s);
	if (!err)
		err = plan_forwarding(s);
	s->is_bridged = !err && is_bridged(s);
	return err ? err : plan_others(s);
}
