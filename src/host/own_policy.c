#include "host/own_policy.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <string.h>
#include <sys/socket.h>

#include "host/egress.h"
#include "host/netlink.h"

static int take_policy(const struct nlmsghdr *m, void *context)
{
	(void)m;
	*(bool *)context = true;
	return 0;
}

static int read_ipsec(bool *ret)
{
	struct netlink_request room;
	struct netlink *n;
	int error = netlink_open(&n, NETLINK_XFRM);

	*ret = false;
	if (error)
		return error;

	error = netlink_ask(
		n, netlink_request(&room, XFRM_MSG_GETPOLICY, NLM_F_DUMP),
		take_policy, ret);
	netlink_close(n);
	/* Not built in: then there is none. */
	return error == -EPROTONOSUPPORT ? 0 : error;
}

void own_policy_read(struct own_policy *ret)
{
	char cgroup[CGROUP_BPF_PATH];

	memset(ret, 0, sizeof(*ret));
	ret->bpf_error = cgroup_bpf_own(cgroup, sizeof(cgroup));
	if (!ret->bpf_error)
		ret->bpf_error = cgroup_bpf_read(cgroup, &ret->bpf);
	ret->security_programs = cgroup_bpf_has_security();
	ret->egress = egress_may_drop();
	ret->ipsec_error = read_ipsec(&ret->has_ipsec);
	ret->netfilter_error[OWN_POLICY_V4] =
		netfilter_read(AF_INET, &ret->netfilter[OWN_POLICY_V4]);
	ret->netfilter_error[OWN_POLICY_V6] =
		netfilter_read(AF_INET6, &ret->netfilter[OWN_POLICY_V6]);
}
