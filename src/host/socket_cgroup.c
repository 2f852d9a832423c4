#include "host/socket_cgroup.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "host/netlink.h"

struct search {
	uint32_t inode;
	bool has_id;
	uint64_t id;
};

static int take(const struct nlmsghdr *m, void *context)
{
	const struct inet_diag_msg *d = mnl_nlmsg_get_payload(m);
	struct search *s = context;
	const struct nlattr *a;

	if (mnl_nlmsg_get_payload_len(m) < sizeof(*d) ||
	    d->idiag_inode != s->inode)
		return 0;

	for (struct netlink_walk w = netlink_attributes(m, sizeof(*d));
	     (a = netlink_next(&w)) != NULL;)
		if (mnl_attr_get_type(a) == INET_DIAG_CGROUP_ID &&
		    mnl_attr_get_payload_len(a) >= sizeof(uint64_t)) {
			s->has_id = true;
			s->id = mnl_attr_get_u64(a);
		}

	return 0;
}

static int ask(struct netlink *n, uint8_t family, uint8_t protocol,
	       uint16_t port, struct search *s)
{
	struct netlink_request room;
	struct nlmsghdr *m =
		netlink_request(&room, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
	struct inet_diag_req_v2 *q = mnl_nlmsg_put_extra_header(m, sizeof(*q));

	q->sdiag_family = family;
	q->sdiag_protocol = protocol;
	q->idiag_states =
		protocol == IPPROTO_TCP ? 1 << TCP_LISTEN : 1 << TCP_CLOSE;
	q->id.idiag_sport = htons(port);
	return netlink_ask(n, m, take, s);
}

int socket_cgroup_read(uint8_t protocol, uint16_t port, uint32_t inode,
		       uint64_t *ret)
{
	struct search s = { .inode = inode };
	struct netlink *n;
	int error = netlink_open(&n, NETLINK_SOCK_DIAG);

	if (error)
		return error;

	error = ask(n, AF_INET, protocol, port, &s);
	if (!error && !s.has_id)
		error = ask(n, AF_INET6, protocol, port, &s);
	netlink_close(n);
	if (error)
		return error;

	*ret = s.id;
	return s.has_id ? 0 : -ENOENT;
}
