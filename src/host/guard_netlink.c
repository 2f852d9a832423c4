#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/inet_diag.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/xfrm.h>
#include <string.h>

#include "host/guard.h"

/* Of headers in linux/netfilter that are newer, or do not compile here. */
enum {
	IPSET = 6,
	IPSET_PROTOCOL = 1,
	IPSET_LIST = 7,
	IPSET_SAVE = 8,
	IPSET_HEADER = 12,
	ACCOUNT = 7,
	ACCOUNT_GET = 1,
	HELPER = 9,
	HELPER_GET = 1,
	HOOKS = 12,
	HOOKS_GET = 0,
	NFT_GET_FLOWTABLE = 23,
};

#define NETFILTER(subsystem, message) (uint16_t)((subsystem) << 8 | (message))

/* Those that also set a counter back (GET_CTRZERO, GETOBJ_RESET) are others,
 * and so is SOCK_DESTROY. Those of routing are told by their number. */
static const struct {
	int family;
	uint16_t type;
} questions[] = {
	{ NETLINK_SOCK_DIAG, TCPDIAG_GETSOCK },
	{ NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY },
	{ NETLINK_XFRM, XFRM_MSG_GETSA },
	{ NETLINK_XFRM, XFRM_MSG_GETPOLICY },
	{ NETLINK_XFRM, XFRM_MSG_GETSADINFO },
	{ NETLINK_XFRM, XFRM_MSG_GETSPDINFO },
	{ NETLINK_XFRM, XFRM_MSG_GETDEFAULT },
	{ NETLINK_NETFILTER,
	  NETFILTER(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET) },
	{ NETLINK_NETFILTER,
	  NETFILTER(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET_STATS_CPU) },
	{ NETLINK_NETFILTER,
	  NETFILTER(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET_STATS) },
	{ NETLINK_NETFILTER,
	  NETFILTER(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET_DYING) },
	{ NETLINK_NETFILTER,
	  NETFILTER(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET_UNCONFIRMED) },
	{ NETLINK_NETFILTER,
	  NETFILTER(NFNL_SUBSYS_CTNETLINK_EXP, IPCTNL_MSG_EXP_GET) },
	{ NETLINK_NETFILTER,
	  NETFILTER(NFNL_SUBSYS_CTNETLINK_EXP, IPCTNL_MSG_EXP_GET_STATS_CPU) },
	{ NETLINK_NETFILTER, NETFILTER(IPSET, IPSET_PROTOCOL) },
	{ NETLINK_NETFILTER, NETFILTER(IPSET, IPSET_LIST) },
	{ NETLINK_NETFILTER, NETFILTER(IPSET, IPSET_SAVE) },
	{ NETLINK_NETFILTER, NETFILTER(IPSET, IPSET_HEADER) },
	{ NETLINK_NETFILTER, NETFILTER(ACCOUNT, ACCOUNT_GET) },
	{ NETLINK_NETFILTER, NETFILTER(HELPER, HELPER_GET) },
	{ NETLINK_NETFILTER, NETFILTER(HOOKS, HOOKS_GET) },
	{ NETLINK_NETFILTER,
	  NETFILTER(NFNL_SUBSYS_NFTABLES, NFT_MSG_GETTABLE) },
	{ NETLINK_NETFILTER,
	  NETFILTER(NFNL_SUBSYS_NFTABLES, NFT_MSG_GETCHAIN) },
	{ NETLINK_NETFILTER, NETFILTER(NFNL_SUBSYS_NFTABLES, NFT_MSG_GETRULE) },
	{ NETLINK_NETFILTER, NETFILTER(NFNL_SUBSYS_NFTABLES, NFT_MSG_GETSET) },
	{ NETLINK_NETFILTER,
	  NETFILTER(NFNL_SUBSYS_NFTABLES, NFT_MSG_GETSETELEM) },
	{ NETLINK_NETFILTER, NETFILTER(NFNL_SUBSYS_NFTABLES, NFT_MSG_GETGEN) },
	{ NETLINK_NETFILTER, NETFILTER(NFNL_SUBSYS_NFTABLES, NFT_MSG_GETOBJ) },
	{ NETLINK_NETFILTER,
	  NETFILTER(NFNL_SUBSYS_NFTABLES, NFT_GET_FLOWTABLE) },
};

/* rtnetlink_rcv_msg(): the last two bits are new, delete, get, set. */
static bool gets_routing(uint16_t type)
{
	return type >= RTM_GETLINK && type <= RTM_MAX && (type & 3) == 2;
}

/* Commands of generic netlink, by the family's name; IPVS's of linux/ip_vs.h,
 * ethtool's of linux/ethtool_netlink.h. */
static const struct {
	const char *name;
	uint8_t command;
} commands[] = {
	{ "nlctrl", CTRL_CMD_GETFAMILY },
	{ "wireguard", 0 },   /* get device */
	{ "IPVS", 4 },        /* get service */
	{ "IPVS", 8 },        /* get destination */
	{ "IPVS", 13 },       /* get configuration */
	{ "IPVS", 15 },       /* get information */
	{ "ethtool", 6 },     /* get link state */
	{ "ethtool", 15 },    /* get rings */
	{ "ethtool", 17 },    /* get channels */
	{ "ethtool", 32 },    /* get statistics */
	{ "tcp_metrics", 1 }, /* get */
};

static bool is_reading(const char *name, const struct nlmsghdr *m)
{
	struct genlmsghdr g = { 0 };

	if (mnl_nlmsg_get_payload_len(m) < sizeof(g))
		return false;

	memcpy(&g, mnl_nlmsg_get_payload(m), sizeof(g));
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (commands[i].command == g.cmd &&
		    !strcmp(commands[i].name, name))
			return true;

	return false;
}

bool guard_netlink_allows(int family, const char *generic, const void *request,
			  size_t len)
{
	_Alignas(8) char copy[READER_REQUEST_MOST];
	const struct nlmsghdr *m = (const void *)copy;

	if (len < sizeof(*m) || len > sizeof(copy))
		return false;

	/* The kernel takes one message behind the other: this is one. */
	memcpy(copy, request, len);
	if (m->nlmsg_len != len)
		return false;
	if (family == NETLINK_GENERIC)
		return is_reading(generic, m);
	if (family == NETLINK_ROUTE)
		return gets_routing(m->nlmsg_type);

	for (size_t i = 0; i < sizeof(questions) / sizeof(*questions); i++)
		if (questions[i].family == family &&
		    questions[i].type == m->nlmsg_type)
			return true;

	return false;
}
