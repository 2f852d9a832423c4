#include "host/netlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "net/address.h"

enum { ANSWER_BYTES = 64 * 1024 };

struct netlink {
	struct mnl_socket *socket;
	unsigned sequence;
	_Alignas(8) char answer[ANSWER_BYTES];
};

int netlink_open(struct netlink **ret, int family)
{
	struct netlink *n = calloc(1, sizeof(*n));
	int on = 1;

	if (!n)
		return -ENOMEM;

	n->socket = mnl_socket_open2(family, SOCK_CLOEXEC);
	if (!n->socket || mnl_socket_bind(n->socket, 0, MNL_SOCKET_AUTOPID)) {
		int error = errno;

		netlink_close(n);
		return -error;
	}

	/* Only then are dumps filtered in the kernel; older ones do without. */
	(void)mnl_socket_setsockopt(n->socket, NETLINK_GET_STRICT_CHK, &on,
				    sizeof(on));
	*ret = n;
	return 0;
}

void netlink_close(struct netlink *n)
{
	if (!n)
		return;

	if (n->socket)
		(void)mnl_socket_close(n->socket);
	free(n);
}

struct nlmsghdr *netlink_request(struct netlink_request *r, uint16_t type,
				 uint16_t flags)
{
	struct nlmsghdr *m = mnl_nlmsg_put_header(r->bytes);

	m->nlmsg_type = type;
	m->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	return m;
}

struct asking {
	netlink_each *each;
	void *context;
	int error;
};

static int take(const struct nlmsghdr *m, void *context)
{
	struct asking *a = context;

	a->error = a->each ? a->each(m, a->context) : 0;
	return a->error < 0 ? MNL_CB_ERROR : MNL_CB_OK;
}

int netlink_ask(struct netlink *n, struct nlmsghdr *request, netlink_each *each,
		void *context)
{
	struct asking a = { .each = each, .context = context };
	unsigned port = mnl_socket_get_portid(n->socket);
	int more = MNL_CB_OK;

	request->nlmsg_seq = ++n->sequence;
	/* A single answer has no end of its own: the ACK is it. */
	if (!(request->nlmsg_flags & NLM_F_DUMP))
		request->nlmsg_flags |= NLM_F_ACK;
	if (mnl_socket_sendto(n->socket, request, request->nlmsg_len) < 0)
		return -errno;

	while (more > MNL_CB_STOP) {
		ssize_t len = mnl_socket_recvfrom(n->socket, n->answer,
						  sizeof(n->answer));

		if (len < 0)
			return -errno;
		errno = 0;
		more = mnl_cb_run(n->answer, (size_t)len, n->sequence, port,
				  take, &a);
		if (more < 0)
			return a.error < 0 ? a.error : -(errno ? errno : EIO);
	}

	return 0;
}

struct netlink_walk netlink_attributes(const struct nlmsghdr *m, size_t head)
{
	return (struct netlink_walk){
		.at = mnl_nlmsg_get_payload_offset(m, head),
		.end = mnl_nlmsg_get_payload_tail(m),
	};
}

struct netlink_walk netlink_nest(const struct nlattr *nest)
{
	const char *start = mnl_attr_get_payload(nest);

	return (struct netlink_walk){
		.at = start,
		.end = start + mnl_attr_get_payload_len(nest),
	};
}

const struct nlattr *netlink_next(struct netlink_walk *w)
{
	const struct nlattr *a = (const void *)w->at;

	if (w->at >= w->end || !mnl_attr_ok(a, (int)(w->end - w->at)))
		return NULL;

	w->at += MNL_ALIGN(mnl_attr_get_len(a));
	return a;
}

int netlink_family(const struct address *a)
{
	return address_is_v4(a) ? AF_INET : AF_INET6;
}

const void *netlink_address(const struct address *a, uint16_t *len)
{
	bool is_v4 = address_is_v4(a);

	*len = is_v4 ? 4 : 16;
	return a->bytes + (is_v4 ? 12 : 0);
}

struct address netlink_to_address(const void *bytes, uint16_t len)
{
	struct address a = { { [10] = 0xff, [11] = 0xff } };

	memcpy(a.bytes + (len == 4 ? 12 : 0), bytes, len == 4 ? 4 : 16);
	return a;
}
