#include "host/policy_rule.h"

#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "host/netlink.h"

static void read_name(char *ret, const struct nlattr *a)
{
	size_t len = mnl_attr_get_payload_len(a);

	if (len >= POLICY_NAME)
		len = POLICY_NAME - 1;
	memcpy(ret, mnl_attr_get_payload(a), len);
	ret[len] = 0;
}

static void read_address(struct address *ret, const struct nlattr *a)
{
	uint16_t len = mnl_attr_get_payload_len(a);

	if (len == 4 || len == 16)
		*ret = netlink_to_address(mnl_attr_get_payload(a), len);
}

static void read_ports(uint16_t ret[2], const struct nlattr *a)
{
	const struct fib_rule_port_range *p = mnl_attr_get_payload(a);

	if (mnl_attr_get_payload_len(a) < sizeof(*p))
		return;

	ret[0] = p->start;
	ret[1] = p->end;
}

static void read_uids(struct policy_rule *r, const struct nlattr *a)
{
	const struct fib_rule_uid_range *u = mnl_attr_get_payload(a);

	if (mnl_attr_get_payload_len(a) < sizeof(*u))
		return;

	r->uids[0] = u->start;
	r->uids[1] = u->end;
	r->has_uids = true;
}

static void read_number(struct policy_rule *r, uint16_t type, uint32_t value)
{
	if (type == FRA_PRIORITY)
		r->priority = value;
	if (type == FRA_TABLE)
		r->table = value;
	if (type == FRA_GOTO)
		r->to = value;
	if (type == FRA_FWMARK)
		r->mark = value;
	if (type == FRA_FWMASK)
		r->mask = value;
	if (type == FRA_SUPPRESS_PREFIXLEN)
		r->suppressed = (int)value;
}

static void read_attribute(struct policy_rule *r, const struct nlattr *a)
{
	uint16_t type = mnl_attr_get_type(a);
	uint16_t len = mnl_attr_get_payload_len(a);

	if (type == FRA_SRC)
		read_address(&r->source, a);
	else if (type == FRA_DST)
		read_address(&r->destination, a);
	else if (type == FRA_IIFNAME)
		read_name(r->in, a);
	else if (type == FRA_OIFNAME)
		read_name(r->out, a);
	else if (type == FRA_UID_RANGE)
		read_uids(r, a);
	else if (type == FRA_SPORT_RANGE)
		read_ports(r->source_ports, a);
	else if (type == FRA_DPORT_RANGE)
		read_ports(r->ports, a);
	else if (type == FRA_IP_PROTO && len >= 1)
		r->protocol = mnl_attr_get_u8(a);
	else if (type == FRA_L3MDEV && len >= 1)
		r->is_l3mdev = mnl_attr_get_u8(a);
	else if (len == sizeof(uint32_t))
		read_number(r, type, mnl_attr_get_u32(a));
}

struct dumping {
	policy_rule_each *each;
	void *context;
};

static int take_each(const struct nlmsghdr *m, void *context)
{
	const struct fib_rule_hdr *h = mnl_nlmsg_get_payload(m);
	struct dumping *d = context;
	struct policy_rule r;
	const struct nlattr *a;

	if (m->nlmsg_type != RTM_NEWRULE ||
	    mnl_nlmsg_get_payload_len(m) < sizeof(*h))
		return 0;

	r = (struct policy_rule){
		.family = h->family,
		.source_prefix = h->src_len,
		.prefix = h->dst_len,
		.action = h->action,
		.tos = h->tos,
		.table = h->table,
		.suppressed = -1,
		.is_inverted = h->flags & FIB_RULE_INVERT,
	};
	for (struct netlink_walk w = netlink_attributes(m, sizeof(*h));
	     (a = netlink_next(&w)) != NULL;)
		read_attribute(&r, a);
	/* A mark without a mask is compared whole. */
	if (r.mark && !r.mask)
		r.mask = UINT32_MAX;
	return d->each(&r, d->context);
}

int policy_rule_dump(struct netlink *n, int family, policy_rule_each *each,
		     void *context)
{
	struct dumping d = { each, context };
	struct netlink_request room;
	struct nlmsghdr *m = netlink_request(&room, RTM_GETRULE, NLM_F_DUMP);
	struct fib_rule_hdr *h = mnl_nlmsg_put_extra_header(m, sizeof(*h));

	h->family = (uint8_t)family;
	return netlink_ask(n, m, take_each, &d);
}

static bool meets_address(const struct address *net, unsigned prefix,
			  const struct address *a, bool is_known)
{
	if (!prefix)
		return true;

	return is_known && route_is_prefix(net, prefix, a);
}

/* The source port is not chosen yet when the route is looked up. */
static bool meets_all(const struct policy_rule *r,
		      const struct route_question *q, const char *out)
{
	uint32_t uid = q->has_uid ? q->uid : 0;

	/* What this host sends comes in by lo (LOOPBACK_IFINDEX). */
	if (*r->in && strcmp(r->in, q->in_name ? q->in_name : "lo") != 0)
		return false;
	if (*r->out && strcmp(r->out, out) != 0)
		return false;
	if (r->is_l3mdev || r->tos)
		return false;
	if ((r->mark ^ q->mark) & r->mask)
		return false;
	if (r->has_uids && (uid < r->uids[0] || uid > r->uids[1]))
		return false;
	if (r->protocol && r->protocol != q->protocol)
		return false;
	if (r->ports[0] && (q->port < r->ports[0] || q->port > r->ports[1]))
		return false;
	if (r->source_ports[0] && (q->source_port < r->source_ports[0] ||
				   q->source_port > r->source_ports[1]))
		return false;

	return meets_address(&r->source, r->source_prefix, &q->source,
			     q->has_source) &&
	       meets_address(&r->destination, r->prefix, &q->destination, true);
}

bool policy_rule_meets(const struct policy_rule *r,
		       const struct route_question *q, const char *out)
{
	return meets_all(r, q, out) != r->is_inverted;
}

static void put_net(struct text *out, const char *word,
		    const struct address *net, unsigned prefix)
{
	bool is_whole = prefix == (address_is_v4(net) ? 32 : 128);

	text_str(out, word);
	address_text(out, net);
	if (!is_whole)
		text_format(out, "/%u", prefix);
}

static void put_ports(struct text *out, const char *word,
		      const uint16_t ports[2])
{
	if (!ports[0])
		return;

	text_format(out, " %s %u", word, ports[0]);
	if (ports[1] != ports[0])
		text_format(out, "-%u", ports[1]);
}

static void put_action(struct text *out, const struct policy_rule *r)
{
	static const char *const actions[] = {
		[FR_ACT_UNSPEC] = "none",
		[FR_ACT_NOP] = "nop",
		[FR_ACT_BLACKHOLE] = "blackhole",
		[FR_ACT_UNREACHABLE] = "unreachable",
		[FR_ACT_PROHIBIT] = "prohibit",
	};

	if (r->is_l3mdev) {
		text_str(out, " lookup [l3mdev-table]");
	} else if (r->action == FR_ACT_TO_TBL) {
		text_str(out, " lookup ");
		route_table_text(out, r->table);
		if (r->suppressed >= 0)
			text_format(out, " suppress_prefixlength %d",
				    r->suppressed);
	} else if (r->action == FR_ACT_GOTO) {
		text_format(out, " goto %u", r->to);
	} else if (r->action <= FR_ACT_PROHIBIT && actions[r->action]) {
		text_format(out, " %s", actions[r->action]);
	} else {
		text_format(out, " action %u", r->action);
	}
}

void policy_rule_text(struct text *out, const struct policy_rule *r)
{
	text_format(out, "%u:\t", r->priority);
	if (r->is_inverted)
		text_str(out, "not ");
	if (r->source_prefix)
		put_net(out, "from ", &r->source, r->source_prefix);
	else
		text_str(out, "from all");
	if (r->prefix)
		put_net(out, " to ", &r->destination, r->prefix);
	if (r->mask)
		text_format(out, " fwmark 0x%x", r->mark);
	if (r->mask && r->mask != UINT32_MAX)
		text_format(out, "/0x%x", r->mask);
	if (*r->in)
		text_format(out, " iif %s", r->in);
	if (*r->out)
		text_format(out, " oif %s", r->out);
	if (r->has_uids)
		text_format(out, " uidrange %u-%u", r->uids[0], r->uids[1]);
	if (r->protocol == 6 || r->protocol == 17)
		text_str(out,
			 r->protocol == 6 ? " ipproto tcp" : " ipproto udp");
	else if (r->protocol)
		text_format(out, " ipproto %u", r->protocol);
	put_ports(out, "sport", r->source_ports);
	put_ports(out, "dport", r->ports);
	put_action(out, r);
}
