#include "host/conntrack.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>

#include "host/netlink.h"
#include "host/sysctl.h"

static uint32_t word_of(const struct nlattr *a)
{
	return mnl_attr_get_payload_len(a) >= sizeof(uint32_t)
		       ? ntohl(mnl_attr_get_u32(a))
		       : 0;
}

/* One processor's counts. */
static int take_counts(const struct nlmsghdr *m, void *context)
{
	struct conntrack *c = context;
	const struct nlattr *a;

	if (mnl_nlmsg_get_payload_len(m) < sizeof(struct nfgenmsg))
		return 0;

	for (struct netlink_walk w =
		     netlink_attributes(m, sizeof(struct nfgenmsg));
	     (a = netlink_next(&w)) != NULL;) {
		uint16_t type = mnl_attr_get_type(a);

		if (type == CTA_STATS_DROP)
			c->drops += word_of(a);
		else if (type == CTA_STATS_EARLY_DROP)
			c->early_drops += word_of(a);
		else if (type == CTA_STATS_INSERT_FAILED)
			c->insert_fails += word_of(a);
	}

	return 0;
}

static struct nlmsghdr *request(struct netlink_request *room, uint16_t message,
				uint16_t flags, uint8_t family)
{
	struct nlmsghdr *m = netlink_request(
		room, (uint16_t)(NFNL_SUBSYS_CTNETLINK << 8 | message), flags);
	struct nfgenmsg *g = mnl_nlmsg_put_extra_header(m, sizeof(*g));

	g->nfgen_family = family;
	g->version = NFNETLINK_V0;
	return m;
}

static int ask(struct nlmsghdr *m, netlink_each *each, void *context)
{
	struct netlink *n;
	int error = netlink_open(&n, NETLINK_NETFILTER);

	if (error)
		return error;

	error = netlink_ask(n, m, each, context);
	netlink_close(n);
	return error;
}

int conntrack_read(struct conntrack *ret)
{
	struct netlink_request room;
	int error;

	*ret = (struct conntrack){ 0 };
	error = sysctl_number("net.netfilter.nf_conntrack_count", &ret->count);
	if (error)
		return error == -ENOENT ? 0 : error;

	ret->is_there = true;
	error = sysctl_number("net.netfilter.nf_conntrack_max", &ret->most);
	if (error)
		return error;

	return ask(request(&room, IPCTNL_MSG_CT_GET_STATS_CPU, NLM_F_DUMP, 0),
		   take_counts, ret);
}

static void put_tuple(struct nlmsghdr *m, const struct conntrack_flow *f)
{
	bool is_v4 = address_is_v4(&f->source);
	struct nlattr *tuple = mnl_attr_nest_start(m, CTA_TUPLE_ORIG);
	struct nlattr *inner = mnl_attr_nest_start(m, CTA_TUPLE_IP);
	const void *bytes;
	uint16_t len;

	bytes = netlink_address(&f->source, &len);
	mnl_attr_put(m, is_v4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, len, bytes);
	bytes = netlink_address(&f->destination, &len);
	mnl_attr_put(m, is_v4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, len, bytes);
	mnl_attr_nest_end(m, inner);
	inner = mnl_attr_nest_start(m, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(m, CTA_PROTO_NUM, f->protocol);
	mnl_attr_put_u16(m, CTA_PROTO_SRC_PORT, htons(f->source_port));
	mnl_attr_put_u16(m, CTA_PROTO_DST_PORT, htons(f->destination_port));
	mnl_attr_nest_end(m, inner);
	mnl_attr_nest_end(m, tuple);
}

static const struct nlattr *find(const struct nlattr *nest, uint16_t type)
{
	const struct nlattr *a;

	if (!nest)
		return NULL;

	for (struct netlink_walk w = netlink_nest(nest);
	     (a = netlink_next(&w)) != NULL;)
		if (mnl_attr_get_type(a) == type)
			return a;

	return NULL;
}

static void read_reply(struct conntrack_entry *e, const struct nlattr *tuple)
{
	const struct nlattr *ip = find(tuple, CTA_TUPLE_IP);
	const struct nlattr *from = find(ip, CTA_IP_V4_SRC);
	const struct nlattr *port =
		find(find(tuple, CTA_TUPLE_PROTO), CTA_PROTO_SRC_PORT);
	uint16_t len;

	if (!from)
		from = find(ip, CTA_IP_V6_SRC);
	len = from ? mnl_attr_get_payload_len(from) : 0;
	if (len == 4 || len == 16)
		e->answers_from =
			netlink_to_address(mnl_attr_get_payload(from), len);
	if (port && mnl_attr_get_payload_len(port) >= sizeof(uint16_t))
		e->answers_port = ntohs(mnl_attr_get_u16(port));
}

static void read_state(struct conntrack_entry *e, const struct nlattr *info)
{
	const struct nlattr *state =
		find(find(info, CTA_PROTOINFO_TCP), CTA_PROTOINFO_TCP_STATE);

	if (state && mnl_attr_get_payload_len(state) >= 1)
		e->state = mnl_attr_get_u8(state);
}

static int take_entry(const struct nlmsghdr *m, void *context)
{
	struct conntrack_entry *e = context;
	const struct nlattr *a;

	if (mnl_nlmsg_get_payload_len(m) < sizeof(struct nfgenmsg))
		return 0;

	for (struct netlink_walk w =
		     netlink_attributes(m, sizeof(struct nfgenmsg));
	     (a = netlink_next(&w)) != NULL;) {
		uint16_t type = mnl_attr_get_type(a);

		if (type == CTA_TUPLE_REPLY)
			read_reply(e, a);
		else if (type == CTA_STATUS)
			e->status = word_of(a);
		else if (type == CTA_TIMEOUT)
			e->seconds = word_of(a);
		else if (type == CTA_PROTOINFO)
			read_state(e, a);
	}

	return 0;
}

int conntrack_find(const struct conntrack_flow *f, struct conntrack_entry *ret)
{
	struct netlink_request room;
	struct nlmsghdr *m = request(&room, IPCTNL_MSG_CT_GET, 0,
				     (uint8_t)netlink_family(&f->source));

	*ret = (struct conntrack_entry){ 0 };
	put_tuple(m, f);
	return ask(m, take_entry, ret);
}
