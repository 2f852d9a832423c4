#include "nftrace/nftrace.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nftrace/arm.h"
#include "nftrace/collect.h"
#include "nftrace/nflog.h"

int nftrace_start(const struct nftrace_request *q, int *file, int *control)
{
	int ends[2];
	pid_t pid;

	*control = -1;
	if (q->device_count > NFTRACE_DEVICES)
		return -EINVAL;
	*file = memfd_create("kiriwake", MFD_CLOEXEC);
	if (*file < 0)
		return -errno;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) {
		(void)close(*file);
		*file = -1;
		return -errno;
	}

	/* Twice, so that nobody has to wait for it. That its caller is dead it
	 * hears of by the socket's end, whoever has that by then. */
	pid = fork();
	if (!pid) {
		(void)close(ends[0]);
		if (!fork())
			collect(q, *file, ends[1]);
		_exit(0);
	}
	(void)close(ends[1]);
	if (pid < 0) {
		int err = -errno;

		(void)close(*file);
		(void)close(ends[0]);
		*file = -1;
		return err;
	}

	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	*control = ends[0];
	return 0;
}

int nftrace_restore(void)
{
	struct mnl_socket *nl =
		mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	int err = nflog_restore();

	if (!nl)
		return err ? err : -errno;
	if (!err && mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID))
		err = -errno;
	if (!err)
		err = arm_sweep(nl);
	(void)mnl_socket_close(nl);
	/* Without the right to look there is nothing that we left. */
	return err == -EPERM ? 0 : err;
}
