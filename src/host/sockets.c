#include "host/sockets.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "host/netlink.h"

enum { PORTS = 65536, ALL_STATES = -1, STATE_SYN_SENT = 2 };

static uint16_t swapped(uint16_t port)
{
	return (uint16_t)(port << 8 | port >> 8);
}

/* A question for sockets of that family; flags are of netlink. */
static struct nlmsghdr *question(struct netlink_request *room, int family,
				 uint16_t flags, struct inet_diag_req_v2 **ret)
{
	struct nlmsghdr *m = netlink_request(room, SOCK_DIAG_BY_FAMILY, flags);

	*ret = mnl_nlmsg_put_extra_header(m, sizeof(**ret));
	(*ret)->sdiag_family = (uint8_t)family;
	(*ret)->sdiag_protocol = IPPROTO_TCP;
	return m;
}

struct asked {
	const struct sockets_tuple *tuple;
	struct sockets_syn *syn;
};

static bool is_meant(const struct inet_diag_msg *d,
		     const struct sockets_tuple *t)
{
	uint16_t len = d->idiag_family == AF_INET ? 4 : 16;
	struct address a = netlink_to_address(d->id.idiag_dst, len);

	return d->idiag_state == STATE_SYN_SENT &&
	       swapped(d->id.idiag_dport) == t->port &&
	       address_equal(&a, &t->destination) &&
	       (!t->source_port ||
		swapped(d->id.idiag_sport) == t->source_port);
}

static void take_info(struct sockets_syn *syn, const struct nlattr *a)
{
	struct tcp_info info = { 0 };
	size_t len = mnl_attr_get_payload_len(a);

	memcpy(&info, mnl_attr_get_payload(a),
	       len < sizeof(info) ? len : sizeof(info));
	if (info.tcpi_retransmits > syn->timeouts)
		syn->timeouts = info.tcpi_retransmits;
	/* Counted only if it was sent (tcp_retransmit_skb()), unlike
	 * tcpi_total_retrans, and from nothing again at each timeout. */
	if (info.tcpi_retransmits && info.tcpi_retrans)
		syn->is_sent = true;
}

static int take_syn(const struct nlmsghdr *m, void *context)
{
	const struct inet_diag_msg *d = mnl_nlmsg_get_payload(m);
	struct netlink_walk w = netlink_attributes(m, sizeof(*d));
	const struct asked *q = context;
	const struct nlattr *a;

	if (mnl_nlmsg_get_payload_len(m) < sizeof(*d) || !is_meant(d, q->tuple))
		return 0;

	q->syn->is_waiting = true;
	while ((a = netlink_next(&w)) != NULL)
		if (mnl_attr_get_type(a) == INET_DIAG_INFO)
			take_info(q->syn, a);

	return 0;
}

int sockets_syn(const struct sockets_tuple *t, struct sockets_syn *ret)
{
	struct asked asked = { t, ret };
	struct netlink_request room;
	struct inet_diag_req_v2 *q;
	struct nlmsghdr *m;
	struct netlink *n;
	int error;

	*ret = (struct sockets_syn){ 0 };
	error = netlink_open(&n, NETLINK_SOCK_DIAG);
	if (error)
		return error;

	m = question(&room, netlink_family(&t->destination), NLM_F_DUMP, &q);
	q->idiag_ext = 1 << (INET_DIAG_INFO - 1);
	q->idiag_states = 1 << STATE_SYN_SENT;
	error = netlink_ask(n, m, take_syn, &asked);
	netlink_close(n);
	return error;
}

/* A bit for each port. */
struct used {
	uint8_t bits[PORTS / 8];
};

static int take_port(const struct nlmsghdr *m, void *context)
{
	const struct inet_diag_msg *d = mnl_nlmsg_get_payload(m);
	struct used *u = context;
	uint16_t port;

	if (mnl_nlmsg_get_payload_len(m) < sizeof(*d))
		return 0;

	port = swapped(d->id.idiag_sport);
	u->bits[port / 8] |= (uint8_t)(1 << port % 8);
	return 0;
}

/* IPv4 and IPv6 share the ports of a socket that is open to both, and IPv6
 * sockets may carry IPv4. */
static int collect(struct netlink *n, int family, struct used *u)
{
	struct netlink_request room;
	struct inet_diag_req_v2 *q;
	struct nlmsghdr *m = question(&room, family, NLM_F_DUMP, &q);

	q->idiag_states = (uint32_t)ALL_STATES;
	return netlink_ask(n, m, take_port, u);
}

int sockets_ports_used(int family, const int64_t range[2], unsigned *ret)
{
	struct used *u = calloc(1, sizeof(*u));
	struct netlink *n = NULL;
	int error = u ? netlink_open(&n, NETLINK_SOCK_DIAG) : -ENOMEM;

	*ret = 0;
	if (!error)
		error = collect(n, family, u);
	if (!error && family == AF_INET)
		error = collect(n, AF_INET6, u);
	for (int64_t p = range[0]; !error && p <= range[1] && p < PORTS; p++)
		*ret += u->bits[p / 8] >> p % 8 & 1;
	netlink_close(n);
	free(u);
	return error;
}
