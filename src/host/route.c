#include "host/route.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "base/text.h"
#include "host/netlink.h"

enum { V4_BITS = 32, V6_BITS = 128, V4_OFFSET = 96 };

static bool has_length(const struct nlattr *a, uint16_t len)
{
	return mnl_attr_get_payload_len(a) >= len;
}

static bool read_address(const struct nlattr *a, struct address *ret)
{
	uint16_t len = mnl_attr_get_payload_len(a);

	if (len != 4 && len != 16)
		return false;

	*ret = netlink_to_address(mnl_attr_get_payload(a), len);
	return true;
}

/* A gateway of the other family: IPv4 by way of an IPv6 router. */
static bool read_via(const struct nlattr *a, struct address *ret)
{
	uint16_t len = mnl_attr_get_payload_len(a);
	const struct rtvia *via = mnl_attr_get_payload(a);

	if (len != sizeof(*via) + 4 && len != sizeof(*via) + 16)
		return false;

	*ret = netlink_to_address(via->rtvia_addr,
				  (uint16_t)(len - sizeof(*via)));
	return true;
}

static void read_metrics(struct route *r, const struct nlattr *nest)
{
	const struct nlattr *a;

	for (struct netlink_walk w = netlink_nest(nest);
	     (a = netlink_next(&w)) != NULL;)
		if (mnl_attr_get_type(a) == RTAX_MTU &&
		    has_length(a, sizeof(uint32_t)))
			r->mtu = mnl_attr_get_u32(a);
}

static void read_number(struct route *r, const struct nlattr *a)
{
	uint32_t value;

	if (!has_length(a, sizeof(value)))
		return;

	value = mnl_attr_get_u32(a);
	if (mnl_attr_get_type(a) == RTA_TABLE)
		r->table = value;
	if (mnl_attr_get_type(a) == RTA_PRIORITY)
		r->metric = value;
	if (mnl_attr_get_type(a) == RTA_OIF) {
		r->device = value;
		r->has_device = true;
	}
}

static void read_attribute(struct route *r, const struct nlattr *a)
{
	uint16_t type = mnl_attr_get_type(a);

	if (type == RTA_DST) {
		(void)read_address(a, &r->destination);
	} else if (type == RTA_GATEWAY) {
		r->has_gateway = read_address(a, &r->gateway);
	} else if (type == RTA_VIA) {
		r->has_gateway = read_via(a, &r->gateway);
	} else if (type == RTA_PREFSRC) {
		r->has_source = read_address(a, &r->source);
	} else if (type == RTA_METRICS) {
		read_metrics(r, a);
	} else if (type == RTA_PREF && has_length(a, 1)) {
		r->preference = mnl_attr_get_u8(a);
		r->has_preference = true;
	} else if (type == RTA_TABLE || type == RTA_PRIORITY ||
		   type == RTA_OIF) {
		read_number(r, a);
	}
}

static bool read_route(struct route *r, const struct nlmsghdr *m)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(m);
	const struct nlattr *a;

	if (m->nlmsg_type != RTM_NEWROUTE ||
	    mnl_nlmsg_get_payload_len(m) < sizeof(*rtm))
		return false;

	*r = (struct route){
		.destination = rtm->rtm_family == AF_INET
				       ? address_v4(0)
				       : (struct address){ { 0 } },
		.table = rtm->rtm_table,
		.flags = rtm->rtm_flags,
		.family = rtm->rtm_family,
		.prefix = rtm->rtm_dst_len,
		.type = rtm->rtm_type,
		.protocol = rtm->rtm_protocol,
		.scope = rtm->rtm_scope,
		.tos = rtm->rtm_tos,
	};
	for (struct netlink_walk w = netlink_attributes(m, sizeof(*rtm));
	     (a = netlink_next(&w)) != NULL;)
		read_attribute(r, a);
	return true;
}

static int take_one(const struct nlmsghdr *m, void *context)
{
	struct route *r = context;

	(void)read_route(r, m);
	return 0;
}

static void put_address(struct nlmsghdr *m, uint16_t type,
			const struct address *a)
{
	uint16_t len;
	const void *bytes = netlink_address(a, &len);

	mnl_attr_put(m, type, len, bytes);
}

static void put_port(struct nlmsghdr *m, uint16_t type, uint16_t port)
{
	if (port)
		mnl_attr_put_u16(m, type, (uint16_t)(port << 8 | port >> 8));
}

static int ask_one(struct netlink *n, const struct route_question *q,
		   unsigned flags, struct route *ret)
{
	struct netlink_request room;
	struct nlmsghdr *m = netlink_request(&room, RTM_GETROUTE, 0);
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(m, sizeof(*rtm));
	uint8_t bits = address_is_v4(&q->destination) ? V4_BITS : V6_BITS;

	rtm->rtm_family = (uint8_t)netlink_family(&q->destination);
	rtm->rtm_dst_len = bits;
	rtm->rtm_src_len = q->has_source ? bits : 0;
	/* IPv6 always tells the table, and takes no such flag. */
	rtm->rtm_flags =
		flags | (bits == V4_BITS ? (unsigned)RTM_F_LOOKUP_TABLE : 0);
	put_address(m, RTA_DST, &q->destination);
	if (q->has_source)
		put_address(m, RTA_SRC, &q->source);
	if (q->mark)
		mnl_attr_put_u32(m, RTA_MARK, q->mark);
	if (q->has_uid)
		mnl_attr_put_u32(m, RTA_UID, q->uid);
	if (q->device)
		mnl_attr_put_u32(m, RTA_OIF, q->device);
	if (q->in)
		mnl_attr_put_u32(m, RTA_IIF, q->in);
	if (q->port || q->source_port)
		mnl_attr_put_u8(m, RTA_IP_PROTO, q->protocol);
	put_port(m, RTA_DPORT, q->port);
	put_port(m, RTA_SPORT, q->source_port);
	*ret = (struct route){ 0 };
	return netlink_ask(n, m, take_one, ret);
}

/* What connect() would get. */
static bool is_refusal(int error)
{
	return error == -ENETUNREACH || error == -EHOSTUNREACH ||
	       error == -EACCES || error == -EINVAL || error == -EAGAIN ||
	       error == -ENETDOWN || error == -EXDEV;
}

int route_get(struct netlink *n, const struct route_question *q,
	      struct route *ret, int *refusal)
{
	struct route match;
	int error = ask_one(n, q, 0, ret);

	if (is_refusal(error)) {
		*refusal = -error;
		return ROUTE_REFUSED;
	}
	if (error)
		return error;

	/* The entry of the table that was met, where the kernel can tell. */
	if (ask_one(n, q, RTM_F_FIB_MATCH, &match) || !match.family)
		return 0;

	ret->destination = match.destination;
	ret->prefix = match.prefix;
	ret->metric = match.metric;
	ret->protocol = match.protocol;
	ret->scope = match.scope;
	ret->type = match.type;
	ret->is_source_chosen = !match.has_source;
	ret->has_preference = match.has_preference;
	ret->preference = match.preference;
	return 0;
}

struct dumping {
	route_each *each;
	void *context;
};

static int take_each(const struct nlmsghdr *m, void *context)
{
	struct dumping *d = context;
	struct route r;

	/* Not the cached ones, which come of an entry. */
	if (!read_route(&r, m) || r.flags & RTM_F_CLONED)
		return 0;

	return d->each(&r, d->context);
}

int route_dump(struct netlink *n, int family, route_each *each, void *context)
{
	struct dumping d = { each, context };
	struct netlink_request room;
	struct nlmsghdr *m = netlink_request(&room, RTM_GETROUTE, NLM_F_DUMP);
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(m, sizeof(*rtm));

	rtm->rtm_family = (uint8_t)family;
	return netlink_ask(n, m, take_each, &d);
}

bool route_is_prefix(const struct address *net, unsigned prefix,
		     const struct address *a)
{
	unsigned bits = prefix + (address_is_v4(net) ? V4_OFFSET : 0);
	unsigned whole = bits / 8, rest = bits % 8;

	if (address_is_v4(net) != address_is_v4(a) || bits > V6_BITS ||
	    memcmp(net->bytes, a->bytes, whole) != 0)
		return false;

	return !rest || !((net->bytes[whole] ^ a->bytes[whole]) >> (8 - rest));
}

bool route_covers(const struct route *r, const struct address *a)
{
	return route_is_prefix(&r->destination, r->prefix, a);
}

struct numbered {
	unsigned number;
	const char *name;
};

static const char *name_of(const struct numbered *list, unsigned number)
{
	for (; list->name; list++)
		if (list->number == number)
			return list->name;

	return NULL;
}

static void put_named(struct text *out, const char *word,
		      const struct numbered *list, unsigned number)
{
	const char *name = name_of(list, number);

	text_str(out, word);
	if (name)
		text_str(out, name);
	else
		text_u64(out, number);
}

static void put_destination(struct text *out, const struct route *r)
{
	bool is_whole = r->prefix == (r->family == AF_INET ? V4_BITS : V6_BITS);

	if (!r->prefix) {
		text_str(out, "default");
		return;
	}

	address_text(out, &r->destination);
	if (!is_whole)
		text_format(out, "/%u", r->prefix);
}

/* As iproute2's print_route() leaves out what is usual. */
void route_text(struct text *out, const struct route *r, const char *device)
{
	static const struct numbered types[] = {
		{ RTN_LOCAL, "local " },
		{ RTN_BROADCAST, "broadcast " },
		{ RTN_ANYCAST, "anycast " },
		{ RTN_MULTICAST, "multicast " },
		{ RTN_BLACKHOLE, "blackhole " },
		{ RTN_UNREACHABLE, "unreachable " },
		{ RTN_PROHIBIT, "prohibit " },
		{ RTN_THROW, "throw " },
		{ RTN_NAT, "nat " },
		{ 0 },
	};

	static const struct numbered protocols[] = {
		{ RTPROT_REDIRECT, "redirect" }, { RTPROT_KERNEL, "kernel" },
		{ RTPROT_STATIC, "static" },     { RTPROT_RA, "ra" },
		{ RTPROT_ZEBRA, "zebra" },       { RTPROT_BIRD, "bird" },
		{ RTPROT_DHCP, "dhcp" },         { RTPROT_BGP, "bgp" },
		{ RTPROT_OSPF, "ospf" },         { 0 },
	};

	static const struct numbered scopes[] = {
		{ RT_SCOPE_LINK, "link" },
		{ RT_SCOPE_HOST, "host" },
		{ RT_SCOPE_NOWHERE, "nowhere" },
		{ RT_SCOPE_SITE, "site" },
		{ 0 },
	};

	static const char *const preferences[] = { "medium", "high", "?",
						   "low" };
	const char *type = name_of(types, r->type);

	if (type)
		text_str(out, type);
	put_destination(out, r);
	if (r->has_gateway) {
		bool is_other =
			address_is_v4(&r->gateway) != (r->family == AF_INET);

		text_str(out, is_other ? " via inet6 " : " via ");
		address_text(out, &r->gateway);
	}
	if (device && r->has_device)
		text_format(out, " dev %s", device);
	if (r->protocol && r->protocol != RTPROT_BOOT)
		put_named(out, " proto ", protocols, r->protocol);
	if (r->scope && r->family == AF_INET && r->scope != RT_SCOPE_NOWHERE)
		put_named(out, " scope ", scopes, r->scope);
	if (r->has_source && !r->is_source_chosen) {
		text_str(out, " src ");
		address_text(out, &r->source);
	}
	if (r->metric)
		text_format(out, " metric %u", r->metric);
	if (r->mtu)
		text_format(out, " mtu %u", r->mtu);
	if (r->has_preference)
		text_format(out, " pref %s", preferences[r->preference & 3]);
}

void route_table_text(struct text *out, uint32_t table)
{
	static const struct numbered tables[] = {
		{ RT_TABLE_DEFAULT, "default" },
		{ RT_TABLE_MAIN, "main" },
		{ RT_TABLE_LOCAL, "local" },
		{ 0 },
	};

	put_named(out, "", tables, table);
}
