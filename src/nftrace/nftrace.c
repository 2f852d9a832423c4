#include "nftrace/nftrace.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "nftrace/arm.h"
#include "nftrace/collect.h"
#include "nftrace/nflog.h"
#include "priv/recorder.h"

int nftrace_start(const struct nftrace_request *q, int *file, int *control)
{
	*file = *control = -1;
	if (q->device_count > NFTRACE_DEVICES)
		return -EINVAL;

	return recorder_start(collect, q, file, control);
}

int nftrace_restore(void)
{
	struct mnl_socket *nl =
		mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	int restored = nflog_restore(), err = restored < 0 ? restored : 0;

	if (!nl)
		return err ? err : -errno;
	if (!err && mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID))
		err = -errno;
	if (!err)
		err = arm_sweep(nl);
	(void)mnl_socket_close(nl);
	/* Without the right to look there is nothing that we left. */
	return err == -EPERM ? 0 : err ? err : restored;
}
