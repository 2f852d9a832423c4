#include "host/half_open.h"

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "host/netlink.h"

enum { STATE_SYN_RECV = 3 };

struct asked {
	const struct half_open_tuple *tuple;
	bool is_found;
};

static uint16_t swapped(uint16_t port)
{
	return (uint16_t)(port << 8 | port >> 8);
}

static int take(const struct nlmsghdr *m, void *context)
{
	const struct inet_diag_msg *d = mnl_nlmsg_get_payload(m);
	struct asked *q = context;
	struct address from, to;
	uint16_t len;

	if (mnl_nlmsg_get_payload_len(m) < sizeof(*d) ||
	    d->idiag_state != STATE_SYN_RECV)
		return 0;

	len = d->idiag_family == AF_INET ? 4 : 16;
	from = netlink_to_address(d->id.idiag_dst, len);
	to = netlink_to_address(d->id.idiag_src, len);
	if (swapped(d->id.idiag_dport) == q->tuple->client_port &&
	    swapped(d->id.idiag_sport) == q->tuple->port &&
	    address_equal(&from, &q->tuple->client) &&
	    address_equal(&to, &q->tuple->server))
		q->is_found = true;
	return 0;
}

static int ask(struct netlink *n, int family, struct asked *q)
{
	struct netlink_request room;
	struct nlmsghdr *m =
		netlink_request(&room, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
	struct inet_diag_req_v2 *r = mnl_nlmsg_put_extra_header(m, sizeof(*r));

	r->sdiag_family = (uint8_t)family;
	r->sdiag_protocol = IPPROTO_TCP;
	r->idiag_states = 1 << STATE_SYN_RECV;
	return netlink_ask(n, m, take, q);
}

int half_open_read(const struct half_open_tuple *t, bool *ret)
{
	struct asked q = { .tuple = t };
	struct netlink *n;
	int err = netlink_open(&n, NETLINK_SOCK_DIAG);

	*ret = false;
	if (err)
		return err;

	/* A listener of both families has IPv4's clients as IPv6's. */
	err = ask(n, AF_INET6, &q);
	if (!q.is_found && address_is_v4(&t->client))
		err = ask(n, AF_INET, &q);
	netlink_close(n);
	*ret = q.is_found;
	return q.is_found ? 0 : err;
}
