/*
 * What the room is made of: devices in pairs, one end in each namespace;
 * addresses, routes, rules of policy routing, settings.
 *
 * Both ends of a pair have the same MAC address and ask for nobody's (NOARP):
 * then whatever is sent reaches the other end, by whatever next hop, without an
 * entry for each neighbour. In the world each address answers by the device that
 * it is behind: a table for each device.
 */
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "fix/room_inside.h"
#include "host/netlink.h"

enum {
	BYTES = 1024,
	WORLD_TABLE = 1000,
	WORLD_LAST = 32000,
	LOOPBACK_MTU = 65536,
	AWAITED = 4000 /* half a millisecond each */
};

/* One request, and the kernel's answer to it. */
struct writing {
	struct mnl_socket *nl;
	_Alignas(8) char bytes[BYTES];
	struct nlmsghdr *m;
	uint32_t seq;
};

static int open_writing(struct writing *w)
{
	w->seq = 0;
	w->nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!w->nl)
		return -errno;
	if (mnl_socket_bind(w->nl, 0, MNL_SOCKET_AUTOPID))
		return -errno;
	return 0;
}

static void *begin(struct writing *w, uint16_t type, uint16_t flags, size_t len)
{
	memset(w->bytes, 0, sizeof(w->bytes));
	w->m = mnl_nlmsg_put_header(w->bytes);
	w->m->nlmsg_type = type;
	w->m->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
	w->m->nlmsg_seq = ++w->seq;
	return mnl_nlmsg_put_extra_header(w->m, len);
}

/* The kernel's answer: 0 or -errno. */
static int commit(struct writing *w)
{
	_Alignas(8) char answer[8192];
	ssize_t n;

	if (mnl_socket_sendto(w->nl, w->m, w->m->nlmsg_len) < 0)
		return -errno;
	do {
		n = mnl_socket_recvfrom(w->nl, answer, sizeof(answer));
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		n = mnl_cb_run(answer, (size_t)n, w->seq,
			       mnl_socket_get_portid(w->nl), NULL, NULL);
	} while (n > 0);

	return n < 0 ? -errno : 0;
}

static void put_address(struct writing *w, uint16_t type,
			const struct address *a)
{
	uint16_t len;
	const void *bytes = netlink_address(a, &len);

	mnl_attr_put(w->m, type, len, bytes);
}

/* A sentence of what is otherwise than on the host. */
static void tell(struct text *ret, const char *format, const char *what,
		 int err)
{
	text_format(ret, format, what, strerror(-err));
	text_char(ret, '\0');
}

static void put_end(struct writing *w, const struct room_device *d)
{
	mnl_attr_put_strz(w->m, IFLA_IFNAME, d->name);
	mnl_attr_put_u32(w->m, IFLA_MTU, d->mtu);
	if (d->has_mac)
		mnl_attr_put(w->m, IFLA_ADDRESS, sizeof(d->mac), d->mac);
}

static int make_pair(const struct room_inside *in, struct writing *w,
		     const struct room_device *d)
{
	struct nlattr *info, *data, *peer;

	begin(w, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
	      sizeof(struct ifinfomsg));
	put_end(w, d);
	info = mnl_attr_nest_start(w->m, IFLA_LINKINFO);
	mnl_attr_put_strz(w->m, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(w->m, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(w->m, VETH_INFO_PEER);
	(void)mnl_nlmsg_put_extra_header(w->m, sizeof(struct ifinfomsg));
	put_end(w, d);
	mnl_attr_put_u32(w->m, IFLA_NET_NS_FD, (uint32_t)in->space[ROOM_WORLD]);
	mnl_attr_nest_end(w->m, peer);
	mnl_attr_nest_end(w->m, data);
	mnl_attr_nest_end(w->m, info);
	return commit(w);
}

static int set_up(struct writing *w, uint32_t index, bool is_loopback)
{
	struct ifinfomsg *i = begin(w, RTM_NEWLINK, 0, sizeof(*i));

	i->ifi_index = (int)index;
	i->ifi_flags = IFF_UP | (is_loopback ? 0 : IFF_NOARP);
	i->ifi_change = i->ifi_flags;
	return commit(w);
}

static int take_state(const struct nlmsghdr *m, void *context)
{
	struct netlink_walk w = netlink_attributes(m, sizeof(struct ifinfomsg));
	bool *is_ready = context;
	const struct nlattr *a;

	while ((a = netlink_next(&w)) != NULL)
		if (mnl_attr_get_type(a) == IFLA_QDISC)
			*is_ready =
				mnl_attr_get_payload_len(a) < 5 ||
				memcmp(mnl_attr_get_payload(a), "noop", 5) != 0;
	return MNL_CB_OK;
}

/* A pair's end drops all that is sent until the kernel's watcher of links has
 * seen that both are up, which it does in its own time (net/core/link_watch.c):
 * then its queue is another than "noop". */
static void await(struct writing *w, uint32_t index)
{
	static const struct timespec moment = { .tv_nsec = 500000 };
	_Alignas(8) char answer[8192];
	bool is_ready = false;

	for (int i = 0; i < AWAITED && !is_ready; i++) {
		struct ifinfomsg *m = begin(w, RTM_GETLINK, 0, sizeof(*m));
		ssize_t n = -1;

		m->ifi_index = (int)index;
		w->m->nlmsg_flags = NLM_F_REQUEST;
		if (mnl_socket_sendto(w->nl, w->m, w->m->nlmsg_len) > 0)
			n = mnl_socket_recvfrom(w->nl, answer, sizeof(answer));
		if (n <= 0)
			return;
		if (mnl_cb_run(answer, (size_t)n, w->seq, 0, take_state,
			       &is_ready) < 0)
			return;
		if (!is_ready)
			(void)nanosleep(&moment, NULL);
	}
}

static int add_address(struct writing *w, uint32_t index,
		       const struct room_address *a)
{
	struct ifaddrmsg *i =
		begin(w, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, sizeof(*i));
	bool is_v4 = address_is_v4(&a->address);

	i->ifa_family = (uint8_t)netlink_family(&a->address);
	i->ifa_prefixlen = a->prefix;
	i->ifa_scope = a->scope;
	i->ifa_index = index;
	if (!is_v4)
		i->ifa_flags = IFA_F_NODAD;
	put_address(w, IFA_LOCAL, &a->address);
	put_address(w, IFA_ADDRESS, &a->address);
	if (is_v4 && a->prefix < 31) {
		struct address all = a->address;

		for (unsigned bit = 96U + a->prefix; bit < 128; bit++)
			all.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
		put_address(w, IFA_BROADCAST, &all);
	}
	return commit(w);
}

/* index: of the room's device, 0: none. */
static int add_route(struct writing *w, const struct route *r, uint32_t index)
{
	struct rtmsg *m = begin(w, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE,
				sizeof(*m));

	m->rtm_family = r->family;
	m->rtm_dst_len = r->prefix;
	m->rtm_tos = r->tos;
	m->rtm_table = (uint8_t)(r->table < 256 ? r->table : RT_TABLE_UNSPEC);
	m->rtm_protocol = r->protocol;
	m->rtm_scope = r->scope;
	m->rtm_type = r->type;
	m->rtm_flags = r->flags & RTNH_F_ONLINK;
	mnl_attr_put_u32(w->m, RTA_TABLE, r->table);
	if (r->prefix)
		put_address(w, RTA_DST, &r->destination);
	if (r->has_gateway)
		put_address(w, RTA_GATEWAY, &r->gateway);
	if (r->has_source)
		put_address(w, RTA_PREFSRC, &r->source);
	if (r->metric)
		mnl_attr_put_u32(w->m, RTA_PRIORITY, r->metric);
	if (index)
		mnl_attr_put_u32(w->m, RTA_OIF, index);
	return commit(w);
}

static int put_policy(struct writing *w, uint16_t type,
		      const struct policy_rule *p)
{
	uint16_t flags = type == RTM_NEWRULE ? NLM_F_CREATE | NLM_F_EXCL : 0;
	struct fib_rule_hdr *h = begin(w, type, flags, sizeof(*h));

	h->family = p->family;
	h->src_len = p->source_prefix;
	h->dst_len = p->prefix;
	h->tos = p->tos;
	h->action = p->action;
	h->flags = p->is_inverted ? FIB_RULE_INVERT : 0;
	mnl_attr_put_u32(w->m, FRA_PRIORITY, p->priority);
	mnl_attr_put_u32(w->m, FRA_TABLE, p->table);
	if (p->source_prefix)
		put_address(w, FRA_SRC, &p->source);
	if (p->prefix)
		put_address(w, FRA_DST, &p->destination);
	if (p->mark || p->mask) {
		mnl_attr_put_u32(w->m, FRA_FWMARK, p->mark);
		mnl_attr_put_u32(w->m, FRA_FWMASK, p->mask);
	}
	if (*p->in)
		mnl_attr_put_strz(w->m, FRA_IIFNAME, p->in);
	if (*p->out)
		mnl_attr_put_strz(w->m, FRA_OIFNAME, p->out);
	if (p->to)
		mnl_attr_put_u32(w->m, FRA_GOTO, p->to);
	if (p->suppressed >= 0)
		mnl_attr_put_u32(w->m, FRA_SUPPRESS_PREFIXLEN,
				 (uint32_t)p->suppressed);
	return commit(w);
}

/* Only below /proc/sys/net, and only there. */
static int set(const char *path, const char *value)
{
	struct text t = TEXT_NULL;
	int fd, err;

	if (strstr(path, "/..") || strstr(path, "../"))
		return -EINVAL;
	text_format(&t, "/proc/sys/net/%s", path);
	fd = open(text_string(&t), O_WRONLY | O_CLOEXEC);
	err = fd < 0 ? -errno : file_write(fd, value, strlen(value));
	if (fd >= 0)
		(void)close(fd);
	text_done(&t);
	return err;
}

/* Before there are devices: no address is asked for or made up, and errors are
 * told without a limit. */
static void set_all(void)
{
	static const char *const list[][2] = {
		{ "ipv4/ip_unprivileged_port_start", "0" },
		{ "ipv6/conf/all/accept_dad", "0" },
		{ "ipv6/conf/default/accept_dad", "0" },
		{ "ipv6/conf/default/addr_gen_mode", "1" },
		{ "ipv6/conf/default/router_solicitations", "0" },
		{ "ipv6/conf/default/accept_ra", "0" },
		{ "ipv4/conf/all/rp_filter", "0" },
		{ "ipv4/conf/default/rp_filter", "0" },
		{ "ipv4/icmp_ratelimit", "0" },
		{ "ipv4/icmp_ratemask", "0" },
		{ "ipv4/icmp_msgs_per_sec", "1000000" },
		{ "ipv4/icmp_msgs_burst", "1000000" },
		{ "ipv6/icmp/ratelimit", "0" },
		{ "ipv4/tcp_challenge_ack_limit", "1000000" },
		{ "ipv4/tcp_invalid_ratelimit", "0" },
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++)
		(void)set(list[i][0], list[i][1]);
}

static int make_devices(struct room_inside *in, struct writing *host,
			struct writing *world, struct text *ret)
{
	for (size_t i = 0; i < in->device_count; i++) {
		struct room_device *d = &in->devices[i];
		int err;

		d->name[ROOM_NAME - 1] = '\0';
		if (!d->mtu || d->mtu > LOOPBACK_MTU)
			d->mtu = 1500;
		err = d->is_loopback ? 0 : make_pair(in, host, d);
		if (err) {
			tell(ret, _("The room has no %s: %s."), d->name, err);
			continue;
		}

		(void)room_enter_side(in, ROOM_WORLD);
		in->index[ROOM_WORLD][i] = if_nametoindex(d->name);
		(void)set_up(world, in->index[ROOM_WORLD][i], d->is_loopback);
		(void)room_enter_side(in, ROOM_HOST);
		in->index[ROOM_HOST][i] = if_nametoindex(d->name);
		(void)set_up(host, in->index[ROOM_HOST][i], d->is_loopback);
	}

	return 0;
}

static void tell_address(struct text *ret, const struct address *a, int err)
{
	struct text words = TEXT_NULL;

	address_text(&words, a);
	tell(ret, _("The room has not the address %s: %s."),
	     text_string(&words), err);
	text_done(&words);
}

static void add_addresses(const struct room_inside *in, struct writing *host,
			  const struct room_plan *p, struct text *ret)
{
	for (size_t i = 0; i < p->address_count; i++) {
		const struct room_address *a = &p->addresses[i];
		int err = -ENODEV;

		if (a->device < in->device_count &&
		    in->index[ROOM_HOST][a->device])
			err = add_address(host, in->index[ROOM_HOST][a->device],
					  a);
		/* The loopback's come by themselves. */
		if (err && err != -EEXIST)
			tell_address(ret, &a->address, err);
	}
}

static uint32_t index_of(const struct room_inside *in, uint32_t theirs)
{
	for (size_t i = 0; theirs && i < in->device_count; i++)
		if (in->devices[i].index == theirs)
			return in->index[ROOM_HOST][i];

	return 0;
}

static void tell_route(struct text *ret, const struct route *r, int err)
{
	struct text words = TEXT_NULL;

	route_text(&words, r, NULL);
	tell(ret, _("The room has not the route \"%s\": %s."),
	     text_string(&words), err);
	text_done(&words);
}

/* Twice: a gateway may be reached by a route that comes later. */
static void add_routes(const struct room_inside *in, struct writing *host,
		       const struct room_plan *p, struct text *ret)
{
	for (unsigned round = 0; round < 2; round++) {
		for (size_t i = 0; i < p->route_count; i++) {
			const struct route *r = &p->routes[i];
			uint32_t index = index_of(in, r->device);
			int err = r->device && !index
					  ? -ENODEV
					  : add_route(host, r, index);

			if (err && err != -EEXIST && round)
				tell_route(ret, r, err);
		}
	}
}

/* What every namespace begins with, and the host may not have any more. */
static const struct policy_rule usual[] = {
	{ .table = RT_TABLE_LOCAL, .priority = 0 },
	{ .table = RT_TABLE_MAIN, .priority = 32766 },
	{ .table = RT_TABLE_DEFAULT, .priority = 32767 },
};

static bool has_usual(const struct room_plan *p, const struct policy_rule *u)
{
	for (size_t i = 0; i < p->policy_count; i++) {
		const struct policy_rule *r = &p->policy[i];

		if (r->family == u->family && r->priority == u->priority &&
		    r->table == u->table)
			return true;
	}

	/* IPv6 begins without the table "default". */
	return u->family == AF_INET6 && u->table == RT_TABLE_DEFAULT;
}

static void delete_usual(struct writing *host, const struct room_plan *p)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };

	for (size_t i = 0; p->policy_count && i < 2; i++) {
		for (size_t k = 0; k < sizeof(usual) / sizeof(*usual); k++) {
			struct policy_rule u = usual[k];

			u.family = families[i];
			u.action = FR_ACT_TO_TBL;
			u.suppressed = -1;
			if (!has_usual(p, &u))
				(void)put_policy(host, RTM_DELRULE, &u);
		}
	}
}

static void add_policies(struct writing *host, const struct room_plan *p,
			 struct text *ret)
{
	delete_usual(host, p);
	for (size_t i = 0; i < p->policy_count; i++) {
		int err = put_policy(host, RTM_NEWRULE, &p->policy[i]);
		struct text words = TEXT_NULL;

		if (!err || err == -EEXIST)
			continue;
		policy_rule_text(&words, &p->policy[i]);
		tell(ret, _("The room has not the rule \"%s\": %s."),
		     text_string(&words), err);
		text_done(&words);
	}
}

static void set_settings(const struct room_plan *p, struct text *ret)
{
	for (size_t i = 0; i < p->setting_count; i++) {
		struct room_setting *s = &p->settings[i];
		int err;

		s->path[ROOM_PATH - 1] = s->value[ROOM_VALUE - 1] = '\0';
		err = set(s->path, s->value);
		if (err)
			tell(ret, _("The room has not the setting net/%s: %s."),
			     s->path, err);
	}
}

/* From the world all is reached by any device, and an address by its own. */
static void lead_back(struct writing *world, uint32_t index, uint32_t table,
		      uint8_t family)
{
	struct route r = {
		.family = family,
		.table = table,
		.type = RTN_UNICAST,
		.protocol = RTPROT_STATIC,
		.scope = family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
	};

	(void)add_route(world, &r, index);
	r.table = RT_TABLE_MAIN;
	r.metric = table;
	(void)add_route(world, &r, index);
}

/*
 * Several hosts live in the world, and what one sends to another has to go
 * through the host: what comes from an address leaves by its device before it is
 * asked whether the other is here, too. ("lo": what is sent from here.)
 */
static void put_local_last(struct writing *world, uint8_t family)
{
	struct policy_rule local = {
		.family = family,
		.table = RT_TABLE_LOCAL,
		.action = FR_ACT_TO_TBL,
		.suppressed = -1,
		.priority = WORLD_LAST,
	};

	if (put_policy(world, RTM_NEWRULE, &local))
		return;
	local.priority = 0;
	(void)put_policy(world, RTM_DELRULE, &local);
}

/* Where a route refuses, the address is still behind some device: of the network
 * that it is in, or of the next best route. */
static uint16_t behind(const struct room_inside *in, const struct room_plan *p,
		       const struct address *a)
{
	uint16_t best = ROOM_BY_ROUTE;
	int longest = -1;

	for (size_t i = 0; i < p->address_count; i++) {
		const struct room_address *own = &p->addresses[i];
		bool is_v4 = address_is_v4(&own->address);

		if (own->prefix <= longest || own->device >= in->device_count ||
		    in->devices[own->device].is_loopback ||
		    is_v4 != address_is_v4(a) ||
		    !route_is_prefix(&own->address, own->prefix, a))
			continue;
		longest = own->prefix;
		best = own->device;
	}
	for (size_t i = 0; i < p->route_count; i++) {
		const struct route *r = &p->routes[i];

		if (r->prefix <= longest || !r->device ||
		    r->family != netlink_family(a) || !route_covers(r, a))
			continue;
		for (size_t k = 0; k < in->device_count; k++) {
			if (in->devices[k].index != r->device ||
			    in->devices[k].is_loopback)
				continue;
			longest = r->prefix;
			best = (uint16_t)k;
		}
	}

	/* Nowhere yet: a plan may bring the route. */
	for (size_t i = 0; best == ROOM_BY_ROUTE && i < p->address_count; i++) {
		const struct room_address *own = &p->addresses[i];

		if (own->device < in->device_count &&
		    !in->devices[own->device].is_loopback &&
		    address_is_v4(&own->address) == address_is_v4(a))
			best = own->device;
	}

	return best;
}

static void add_world(struct room_inside *in, struct writing *world,
		      const struct room_plan *p, struct text *ret)
{
	for (size_t i = 0; i < p->world_count; i++) {
		struct room_address a = p->world[i];
		bool is_v4 = address_is_v4(&a.address);
		struct policy_rule rule = {
			.family = is_v4 ? AF_INET : AF_INET6,
			.source = a.address,
			.source_prefix = is_v4 ? 32 : 128,
			.in = "lo",
			.action = FR_ACT_TO_TBL,
			.suppressed = -1,
			.priority = WORLD_TABLE + (uint32_t)i,
		};
		int err = -ENODEV;

		if (a.device == ROOM_BY_ROUTE)
			a.device = room_link_by_route(in, &a.address);
		if (a.device >= in->device_count ||
		    in->devices[a.device].is_loopback)
			a.device = behind(in, p, &a.address);
		a.prefix = rule.source_prefix;
		rule.table = WORLD_TABLE + a.device;
		(void)room_enter_side(in, ROOM_WORLD);
		if (a.device < in->device_count) {
			err = add_address(world,
					  in->index[ROOM_WORLD][a.device], &a);
			(void)put_policy(world, RTM_NEWRULE, &rule);
		}
		(void)room_enter_side(in, ROOM_HOST);
		if (err && err != -EEXIST)
			tell_address(ret, &a.address, err);
	}
}

static int take_route(const struct nlmsghdr *m, void *context)
{
	struct netlink_walk w = netlink_attributes(m, sizeof(struct rtmsg));
	const struct nlattr *a;

	while ((a = netlink_next(&w)) != NULL)
		if (mnl_attr_get_type(a) == RTA_OIF &&
		    mnl_attr_get_payload_len(a) == sizeof(uint32_t))
			*(uint32_t *)context = mnl_attr_get_u32(a);
	return MNL_CB_OK;
}

uint16_t room_link_by_route(struct room_inside *in, const struct address *to)
{
	_Alignas(8) char answer[8192];
	struct writing w;
	uint32_t index = 0;
	struct rtmsg *m;
	ssize_t n = -1;

	(void)room_enter_side(in, ROOM_HOST);
	if (!open_writing(&w)) {
		m = begin(&w, RTM_GETROUTE, 0, sizeof(*m));
		w.m->nlmsg_flags = NLM_F_REQUEST;
		m->rtm_family = (uint8_t)netlink_family(to);
		m->rtm_dst_len = address_is_v4(to) ? 32 : 128;
		put_address(&w, RTA_DST, to);
		if (mnl_socket_sendto(w.nl, w.m, w.m->nlmsg_len) > 0)
			n = mnl_socket_recvfrom(w.nl, answer, sizeof(answer));
	}
	if (n > 0)
		(void)mnl_cb_run(answer, (size_t)n, w.seq, 0, take_route,
				 &index);
	if (w.nl)
		(void)mnl_socket_close(w.nl);
	for (size_t i = 0; index && i < in->device_count; i++)
		if (in->index[ROOM_HOST][i] == index)
			return (uint16_t)i;

	return ROOM_BY_ROUTE;
}

static int open_both(struct room_inside *in, struct writing *host,
		     struct writing *world)
{
	int err = room_enter_side(in, ROOM_WORLD);

	if (err)
		return err;
	set_all();
	(void)set("ipv4/conf/all/accept_local", "1");
	err = open_writing(world);
	if (!err)
		err = room_enter_side(in, ROOM_HOST);
	set_all();
	return err ? err : open_writing(host);
}

static void furnish_host(const struct room_inside *in, struct writing *host,
			 const struct room_plan *p, struct text *ret)
{
	add_addresses(in, host, p, ret);
	add_routes(in, host, p, ret);
	add_policies(host, p, ret);
	set_settings(p, ret);
}

static void furnish_world(struct room_inside *in, struct writing *world,
			  const struct room_plan *p, struct text *ret)
{
	for (size_t i = 0; i < in->device_count; i++) {
		uint32_t table = WORLD_TABLE + (uint32_t)i;

		lead_back(world, in->index[ROOM_WORLD][i], table, AF_INET);
		lead_back(world, in->index[ROOM_WORLD][i], table, AF_INET6);
	}
	put_local_last(world, AF_INET);
	put_local_last(world, AF_INET6);
	add_world(in, world, p, ret);
}

int room_link_build(struct room_inside *in, const struct room_plan *p,
		    struct text *ret)
{
	struct writing host = { 0 }, world = { 0 };
	int err = open_both(in, &host, &world);

	in->devices = p->devices;
	in->device_count =
		p->device_count < ROOM_BY_ROUTE ? p->device_count : 0;
	for (int i = 0; i < ROOM_SIDES; i++) {
		in->index[i] =
			arena_alloc(in->arena, (in->device_count + 1) *
						       sizeof(*in->index[i]));
		if (!in->index[i])
			err = -ENOMEM;
	}
	if (!err)
		err = make_devices(in, &host, &world, ret);
	if (!err) {
		furnish_host(in, &host, p, ret);
		furnish_world(in, &world, p, ret);
		for (size_t i = 0; i < in->device_count; i++) {
			await(&host, in->index[ROOM_HOST][i]);
			await(&world, in->index[ROOM_WORLD][i]);
		}
	}
	if (host.nl)
		(void)mnl_socket_close(host.nl);
	if (world.nl)
		(void)mnl_socket_close(world.nl);
	return err;
}
