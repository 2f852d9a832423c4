#include "host/netfilter.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "host/netlink.h"
#include "host/reader.h"

enum { FILE_BYTES = 4096 };

struct asked {
	uint8_t family;
	struct netfilter *netfilter;
	bool has_rules; /* the chain that it names so far */
};

struct chain {
	char table[NETFILTER_NAME], chain[NETFILTER_NAME];
	bool has_hook, is_dropping, has_rules;
};

static void read_name(char ret[static NETFILTER_NAME], const struct nlattr *a)
{
	size_t len = mnl_attr_get_payload_len(a);

	if (len >= NETFILTER_NAME)
		len = NETFILTER_NAME - 1;
	memcpy(ret, mnl_attr_get_payload(a), len);
	ret[len] = '\0';
}

static void read_chain(struct chain *c, const struct nlattr *a)
{
	uint16_t type = mnl_attr_get_type(a);

	if (type == NFTA_CHAIN_HOOK)
		c->has_hook = true;
	else if (type == NFTA_CHAIN_TABLE)
		read_name(c->table, a);
	else if (type == NFTA_CHAIN_NAME)
		read_name(c->chain, a);
	/* In network order, and NF_DROP is 0. */
	else if (type == NFTA_CHAIN_POLICY &&
		 mnl_attr_get_payload_len(a) == sizeof(uint32_t))
		c->is_dropping = !mnl_attr_get_u32(a);
	else if (type == NFTA_CHAIN_USE &&
		 mnl_attr_get_payload_len(a) == sizeof(uint32_t))
		c->has_rules = mnl_attr_get_u32(a);
}

/* An empty chain that accepts stops nothing. */
static bool is_better(const struct chain *c, const struct asked *q)
{
	const struct netfilter *n = q->netfilter;

	if (!n->has_nft || c->is_dropping != n->is_dropping)
		return !n->has_nft || c->is_dropping;

	return c->has_rules && !q->has_rules;
}

static int take_chain(const struct nlmsghdr *m, void *context)
{
	const struct nfgenmsg *g = mnl_nlmsg_get_payload(m);
	struct netlink_walk w = netlink_attributes(m, sizeof(*g));
	struct asked *q = context;
	struct chain c = { .has_hook = false };
	const struct nlattr *a;

	if (mnl_nlmsg_get_payload_len(m) < sizeof(*g) ||
	    (g->nfgen_family != q->family &&
	     g->nfgen_family != NFPROTO_NETDEV &&
	     (g->nfgen_family != NFPROTO_INET || q->family == NFPROTO_ARP)))
		return 0;

	while ((a = netlink_next(&w)) != NULL)
		read_chain(&c, a);
	if (!c.has_hook || !is_better(&c, q))
		return 0;

	q->netfilter->has_nft = true;
	q->has_rules = c.has_rules;
	q->netfilter->is_dropping = c.is_dropping;
	memcpy(q->netfilter->table, c.table, sizeof(c.table));
	memcpy(q->netfilter->chain, c.chain, sizeof(c.chain));
	return 0;
}

static int dump(uint16_t what, netlink_each *each, void *context)
{
	struct netlink_request room;
	struct nfgenmsg *g;
	struct nlmsghdr *m;
	struct netlink *n;
	int error = netlink_open(&n, NETLINK_NETFILTER);

	if (error)
		return error;

	m = netlink_request(&room, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | what),
			    NLM_F_DUMP);
	g = mnl_nlmsg_put_extra_header(m, sizeof(*g));
	g->nfgen_family = NFPROTO_UNSPEC;
	g->version = NFNETLINK_V0;
	error = netlink_ask(n, m, each, context);
	netlink_close(n);
	return error;
}

static int take_table(const struct nlmsghdr *m, void *context)
{
	static const char *const families[] = {
		[NFPROTO_INET] = "inet",     [NFPROTO_IPV4] = "ip",
		[NFPROTO_ARP] = "arp",       [NFPROTO_NETDEV] = "netdev",
		[NFPROTO_BRIDGE] = "bridge", [NFPROTO_IPV6] = "ip6",
	};
	const struct nfgenmsg *g = mnl_nlmsg_get_payload(m);
	struct netlink_walk w = netlink_attributes(m, sizeof(*g));
	const char *family = NULL;
	const struct nlattr *a;

	if (mnl_nlmsg_get_payload_len(m) >= sizeof(*g) &&
	    g->nfgen_family < sizeof(families) / sizeof(*families))
		family = families[g->nfgen_family];
	while (family && (a = netlink_next(&w)) != NULL)
		if (mnl_attr_get_type(a) == NFTA_TABLE_NAME)
			text_format(context, "table %s %.*s\n", family,
				    (int)mnl_attr_get_payload_len(a),
				    (const char *)mnl_attr_get_payload(a));

	return 0;
}

int netfilter_tables(struct text *ret)
{
	return dump(NFT_MSG_GETTABLE, take_table, ret);
}

static int ask_nft(uint8_t family, struct netfilter *ret)
{
	struct asked q = { .family = family, .netfilter = ret };
	int error = dump(NFT_MSG_GETCHAIN, take_chain, &q);

	if (error == -EPROTONOSUPPORT)
		return 0;

	/* The answer where nf_tables is not there, and perhaps elsewhere: then
	 * the tools are asked. */
	if (error == -EINVAL || error == -EOPNOTSUPP) {
		ret->has_nft = true;
		error = 0;
	}
	return error;
}

/* The file is there as soon as the module is. */
static int ask_legacy(const char *names, struct netfilter *ret)
{
	struct text t = TEXT_NULL;
	int error = reader_file(names, FILE_BYTES, &t);

	ret->has_legacy = t.len > 0;
	text_done(&t);
	return error == -ENOENT ? 0 : error == -EACCES ? -EPERM : error;
}

int netfilter_read(int family, struct netfilter *ret)
{
	bool is_v4 = family == AF_INET;
	int error;

	*ret = (struct netfilter){ 0 };
	error = ask_nft(is_v4 ? NFPROTO_IPV4 : NFPROTO_IPV6, ret);
	if (error)
		return error;

	return ask_legacy(is_v4 ? "/proc/net/ip_tables_names"
				: "/proc/net/ip6_tables_names",
			  ret);
}

int netfilter_read_arp(struct netfilter *ret)
{
	int error;

	*ret = (struct netfilter){ 0 };
	error = ask_nft(NFPROTO_ARP, ret);
	return error ? error : ask_legacy("/proc/net/arp_tables_names", ret);
}
