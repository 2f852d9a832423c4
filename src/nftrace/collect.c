#include "nftrace/collect.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "nftrace/arm.h"
#include "nftrace/guardian.h"
#include "nftrace/legacy.h"
#include "nftrace/nflog.h"
#include "nftrace/record.h"
#include "nftrace/rules.h"
#include "priv/recorder.h"

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
		err = recorder_give_up();
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

void collect(const void *request, int file, int control)
{
	const struct nftrace_request *q = request;
	struct collector c = {
		.arm = { .q = q },
		.log = NFLOG_NONE,
		.file = { .fd = file },
		.control = control,
		.life = -1,
	};

	recorder_alone(file, control);
	c.arm.is_v4 = q->has_client   ? address_is_v4(&q->client)
		      : q->has_server ? address_is_v4(&q->server)
				      : q->is_v4;
	arm_name(&c.arm);
	if (recorder_tell(control, arm(&c)))
		loop(&c);
	_exit(0);
}
