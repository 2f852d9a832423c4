#include "nftrace/guardian.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool is_among(int fd, const int *fds, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (fds[i] == fd)
			return true;

	return false;
}

/* Closes all but these, and makes the first three nowhere. */
static void keep_only(const int *fds, unsigned count)
{
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
	int most = STDERR_FILENO;

	for (int fd = 0; fd <= STDERR_FILENO && nowhere >= 0; fd++)
		if (!is_among(fd, fds, count))
			(void)dup2(nowhere, fd);
	for (unsigned i = 0; i < count; i++)
		if (fds[i] > most)
			most = fds[i];
	for (int fd = STDERR_FILENO + 1; fd < most; fd++)
		if (!is_among(fd, fds, count))
			(void)close(fd);
	(void)close_range((unsigned)most + 1, ~0U, 0);
}

static void be_deaf(void)
{
	static const int signals[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGPIPE,
				       SIGTERM, SIGALRM, SIGUSR1, SIGUSR2 };

	for (unsigned i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)signal(signals[i], SIG_IGN);
}

/* What it needs is CAP_NET_ADMIN, and, being root, its own folder. */
static void keep_one_right(void)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	const struct __user_cap_data_struct one[2] = {
		{ 1U << CAP_NET_ADMIN, 1U << CAP_NET_ADMIN, 0 },
	};

	(void)syscall(SYS_capset, &h, one);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static void delete_plain(const struct arm *plain)
{
	struct mnl_socket *nl =
		mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);

	if (!nl)
		return;
	if (!mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID))
		arm_delete(plain, nl);
	(void)mnl_socket_close(nl);
}

__attribute__((noreturn)) static void
guard(const struct nflog *log, const struct arm *plain, int end, int control)
{
	const int keep[] = { end, control, log ? log->fd : end,
			     log ? log->setting : end,
			     log ? log->journal : end };
	char none;

	(void)setsid();
	be_deaf();
	(void)prctl(PR_SET_NAME, "kiriwake-guard");
	keep_only(keep, sizeof(keep) / sizeof(keep[0]));
	keep_one_right();
	while (read(end, &none, 1) < 0 && errno == EINTR)
		;
	if (log)
		(void)nflog_back(log);
	if (plain)
		delete_plain(plain);
	_exit(0);
}

int guardian_start(const struct nflog *log, const struct arm *plain,
		   int control, int *life)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid) {
		(void)close(ends[1]);
		guard(log, plain, ends[0], control);
	}
	(void)close(ends[0]);
	if (pid < 0) {
		int err = -errno;

		(void)close(ends[1]);
		return err;
	}

	*life = ends[1];
	return 0;
}
