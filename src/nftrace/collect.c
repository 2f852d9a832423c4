#include "nftrace/collect.h"

#include <errno.h>
#include <grp.h>
#include <libmnl/libmnl.h>
#include <linux/capability.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "nftrace/arm.h"
#include "nftrace/guardian.h"
#include "nftrace/legacy.h"
#include "nftrace/nflog.h"
#include "nftrace/record.h"
#include "nftrace/rules.h"

enum { RECEIVE_BUFFER = 4 << 20, SEND_BUFFER = 1 << 20, READ_SIZE = 1 << 16 };

struct collector {
	struct arm arm;
	struct nflog log;
	struct record_file file;
	struct mnl_socket *tables; /* the owner: they go when it closes */
	struct mnl_socket *trace;
	int control;
	int life; /* the guardian waits for its end; -1: none */
};

/* Packets are untrusted: nobody reads them. Who is not root may have rights
 * all the same. */
static int give_up_rights(void)
{
	const struct passwd *p = getuid() ? NULL : getpwnam("nobody");
	/* Without that name: the kernel's overflow id. */
	const uid_t uid = p ? p->pw_uid : 65534;
	const gid_t gid = p ? p->pw_gid : 65534;
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	const struct __user_cap_data_struct none[2] = { 0 };

	if (!getuid() && (setgroups(0, NULL) || setresgid(gid, gid, gid) ||
			  setresuid(uid, uid, uid)))
		return -errno;
	if (syscall(SYS_capset, &h, none) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;

	return 0;
}

static struct mnl_socket *open_netfilter(void)
{
	struct mnl_socket *nl =
		mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);

	if (nl && mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID)) {
		(void)mnl_socket_close(nl);
		return NULL;
	}
	return nl;
}

static void widen(int fd)
{
	const int size = RECEIVE_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size,
				 sizeof(size));
}

static int join(struct collector *c)
{
	const int group = NFNLGRP_NFTRACE;

	c->trace = open_netfilter();
	if (!c->trace)
		return -errno;
	widen(mnl_socket_get_fd(c->trace));
	if (setsockopt(mnl_socket_get_fd(c->trace), SOL_NETLINK,
		       NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)))
		return -errno;

	return 0;
}

static void miss(struct collector *c, const char *what)
{
	(void)record_write(&c->file, RECORD_MISSING, what, strlen(what));
}

/* Legacy tables are only asked where the settings can be put back. */
static void listen_to_legacy(struct collector *c)
{
	int err = nflog_open(&c->log, c->arm.is_v4);

	if (!err)
		err = guardian_start(&c->log, NULL, c->control, &c->life);
	if (!err) {
		widen(c->log.fd);
		err = nflog_switch(&c->log);
	}
	if (!err) {
		legacy_note(&c->file, c->arm.is_v4);
		return;
	}

	miss(c, "legacy");
	if (c->log.fd >= 0 && c->life < 0)
		(void)nflog_back(&c->log);
	nflog_close(&c->log);
}

static int make_tables(struct collector *c)
{
	const int room = SEND_BUFFER;
	int err, life = -1;

	c->tables = open_netfilter();
	if (!c->tables)
		return -errno;
	(void)setsockopt(mnl_socket_get_fd(c->tables), SOL_SOCKET,
			 SO_SNDBUFFORCE, &room, sizeof(room));
	err = arm_make(&c->arm, c->tables);
	if (err != -EOPNOTSUPP)
		return err;

	/* The guardian comes first. */
	c->arm.is_plain = true;
	arm_name(&c->arm);
	(void)arm_sweep(c->tables);
	err = guardian_start(NULL, &c->arm, c->control, &life);
	return err ? err : arm_make(&c->arm, c->tables);
}

static int arm(struct collector *c)
{
	const uint32_t magic = RECORD_MAGIC;
	int err = record_write(&c->file, RECORD_BEGIN, &magic, sizeof(magic));

	if (!err)
		err = join(c);
	if (!err)
		err = rules_note(&c->file, &c->arm);
	if (!err && c->arm.q->has_legacy)
		listen_to_legacy(c);
	if (!err)
		err = make_tables(c);
	if (!err)
		err = give_up_rights();
	if (err)
		return err;

	if (c->arm.no_places)
		miss(c, "places");
	if (c->arm.no_bridge)
		miss(c, "bridge");
	if (c->arm.no_ingress)
		miss(c, "ingress");
	return record_write(&c->file, RECORD_ARMED, NULL, 0);
}

/* All that waits. Whether there was anything. */
static bool copy(struct collector *c, int fd, enum record_kind kind)
{
	static char buffer[READ_SIZE];
	bool had = false;

	for (;;) {
		ssize_t len = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT);

		if (len < 0 && errno == ENOBUFS) {
			(void)record_write(&c->file, RECORD_LOST, NULL, 0);
			continue;
		}
		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0)
			return had;
		(void)record_write(&c->file, kind, buffer, (size_t)len);
		had = true;
	}
}

static bool copy_all(struct collector *c)
{
	bool had = copy(c, mnl_socket_get_fd(c->trace), RECORD_TRACE);

	if (c->log.fd >= 0 && copy(c, c->log.fd, RECORD_LOG))
		had = true;
	return had;
}

static void loop(struct collector *c)
{
	const int64_t end = clock_now() + NFTRACE_SECONDS * CLOCK_SECOND;
	struct pollfd fds[] = {
		{ mnl_socket_get_fd(c->trace), POLLIN, 0 },
		{ c->control, POLLIN, 0 },
		{ c->log.fd, POLLIN, 0 },
	};
	int64_t left = end - clock_now();

	while (left > 0 && !fds[1].revents) {
		const char told = 0;

		if (poll(fds, 3, (int)(left / CLOCK_MILLISECOND) + 1) < 0 &&
		    errno != EINTR)
			break;
		if (copy_all(c))
			(void)send(c->control, &told, 1,
				   MSG_NOSIGNAL | MSG_DONTWAIT);
		left = end - clock_now();
	}
	(void)copy_all(c);
	(void)record_write(&c->file, RECORD_END, NULL, 0);
	/* The tables first: that the guardian is through is the last thing that
	 * is heard of us. */
	(void)mnl_socket_close(c->tables);
}

void collect(const struct nftrace_request *q, int file, int control)
{
	const int keep[] = { file, control };
	struct collector c = {
		.arm = { .q = q },
		.log = NFLOG_NONE,
		.file = { .fd = file },
		.control = control,
		.life = -1,
	};
	unsigned char told;
	int err;

	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	guardian_keep(keep, 2);
	c.arm.is_v4 = q->has_client   ? address_is_v4(&q->client)
		      : q->has_server ? address_is_v4(&q->server)
				      : q->is_v4;
	arm_name(&c.arm);
	err = arm(&c);
	told = (unsigned char)-err;
	if (send(control, &told, 1, MSG_NOSIGNAL) == 1 && !err)
		loop(&c);
	_exit(0);
}
