#include "host/netfilter.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/text.h"
#include "host/netlink.h"
#include "host/reader.h"

enum { FILE_BYTES = 4096 };

struct asked {
	uint8_t family;
	struct netfilter *netfilter;
};

static int take_chain(const struct nlmsghdr *m, void *context)
{
	const struct nfgenmsg *g = mnl_nlmsg_get_payload(m);
	struct netlink_walk w = netlink_attributes(m, sizeof(*g));
	struct asked *q = context;
	const struct nlattr *a;

	if (mnl_nlmsg_get_payload_len(m) < sizeof(*g) ||
	    (g->nfgen_family != q->family &&
	     g->nfgen_family != NFPROTO_NETDEV &&
	     (g->nfgen_family != NFPROTO_INET || q->family == NFPROTO_ARP)))
		return 0;

	while ((a = netlink_next(&w)) != NULL)
		if (mnl_attr_get_type(a) == NFTA_CHAIN_HOOK)
			q->netfilter->has_nft = true;

	return 0;
}

static int ask_nft(uint8_t family, struct netfilter *ret)
{
	struct asked q = { family, ret };
	struct netlink_request room;
	struct nfgenmsg *g;
	struct nlmsghdr *m;
	struct netlink *n;
	int error = netlink_open(&n, NETLINK_NETFILTER);

	if (error)
		return error;

	m = netlink_request(&room,
			    (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETCHAIN,
			    NLM_F_DUMP);
	g = mnl_nlmsg_put_extra_header(m, sizeof(*g));
	g->nfgen_family = NFPROTO_UNSPEC;
	g->version = NFNETLINK_V0;
	error = netlink_ask(n, m, take_chain, &q);
	netlink_close(n);
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
