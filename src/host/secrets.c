#include "host/secrets.h"

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <linux/xfrm.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "host/netlink.h"

/* linux/wireguard.h is not everywhere. */
enum {
	WIREGUARD_PRIVATE_KEY = 3,
	WIREGUARD_PEERS = 8,
	WIREGUARD_PRESHARED_KEY = 2,
};

struct secret {
	uint16_t attribute;
	size_t from; /* where in it the key begins; the rest is key */
	size_t each; /* it is a list of such: bytes of one */
};

static const struct secret xfrm[] = {
	{ XFRMA_ALG_AUTH, sizeof(struct xfrm_algo), 0 },
	{ XFRMA_ALG_CRYPT, sizeof(struct xfrm_algo), 0 },
	{ XFRMA_ALG_COMP, sizeof(struct xfrm_algo), 0 },
	{ XFRMA_ALG_AEAD, sizeof(struct xfrm_algo_aead), 0 },
	{ XFRMA_ALG_AUTH_TRUNC, sizeof(struct xfrm_algo_auth), 0 },
	{ 0 },
};

static const struct secret sockets[] = {
	{ INET_DIAG_MD5SIG, offsetof(struct tcp_diag_md5sig, tcpm_key),
	  sizeof(struct tcp_diag_md5sig) },
	{ 0 },
};

static const struct secret device[] = { { WIREGUARD_PRIVATE_KEY, 0, 0 },
					{ 0 } };

static const struct secret peer[] = { { WIREGUARD_PRESHARED_KEY, 0, 0 },
				      { 0 } };

static void hide(const struct nlattr *a, const struct secret *list)
{
	char *bytes = mnl_attr_get_payload(a);
	size_t len = mnl_attr_get_payload_len(a);

	for (; list->attribute; list++) {
		size_t each = list->each ? list->each : len;

		if (mnl_attr_get_type(a) != list->attribute)
			continue;
		for (size_t i = 0; i < len; i++)
			if (i % each >= list->from)
				bytes[i] = 0;
	}
}

static void hide_all(struct netlink_walk w, const struct secret *list)
{
	const struct nlattr *a;

	while ((a = netlink_next(&w)) != NULL)
		hide(a, list);
}

static void hide_wireguard(struct netlink_walk w)
{
	const struct nlattr *a, *each;

	while ((a = netlink_next(&w)) != NULL) {
		struct netlink_walk peers = netlink_nest(a);

		hide(a, device);
		if (mnl_attr_get_type(a) != WIREGUARD_PEERS)
			continue;
		while ((each = netlink_next(&peers)) != NULL)
			hide_all(netlink_nest(each), peer);
	}
}

/* Each answer with keys has a head of its own behind the message's. */
static void hide_xfrm(const struct nlmsghdr *m)
{
	if (m->nlmsg_type == XFRM_MSG_NEWSA)
		hide_all(netlink_attributes(m, sizeof(struct xfrm_usersa_info)),
			 xfrm);
}

void secrets_hide(int family, const char *generic, void *message)
{
	const struct nlmsghdr *m = message;

	if (m->nlmsg_type < NLMSG_MIN_TYPE)
		return;
	if (family == NETLINK_XFRM)
		hide_xfrm(m);
	if (family == NETLINK_SOCK_DIAG)
		hide_all(netlink_attributes(m, sizeof(struct inet_diag_msg)),
			 sockets);
	if (family == NETLINK_GENERIC && text_same(generic, "wireguard"))
		hide_wireguard(
			netlink_attributes(m, sizeof(struct genlmsghdr)));
}
