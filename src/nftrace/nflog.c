#include "nftrace/nflog.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nftrace/journal.h"

/* Bytes of a packet: the headers, of IPv6 too, without what it carries. */
enum { COPY = 96, GROUP = 0 };

#define OURS "nfnetlink_log"

static int ask(int fd, struct nlmsghdr *h)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	char buffer[4096] __attribute__((aligned(8)));
	const struct nlmsgerr *e;
	ssize_t len;

	if (sendto(fd, h, h->nlmsg_len, 0, (const struct sockaddr *)&kernel,
		   sizeof(kernel)) < 0)
		return -errno;
	len = recv(fd, buffer, sizeof(buffer), 0);
	if (len < 0)
		return -errno;

	h = (struct nlmsghdr *)(void *)buffer;
	if (!mnl_nlmsg_ok(h, (int)len) || h->nlmsg_type != NLMSG_ERROR)
		return -EPROTO;
	e = mnl_nlmsg_get_payload(h);
	return e->error;
}

static struct nlmsghdr *configure(void *buffer)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *g;

	h->nlmsg_type = NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	g = mnl_nlmsg_put_extra_header(h, sizeof(*g));
	g->nfgen_family = AF_UNSPEC;
	g->version = NFNETLINK_V0;
	g->res_id = htons(GROUP);
	return h;
}

/* Group 0: that is where the kernel sends what has no group. */
static int take_group(int fd)
{
	char buffer[512] __attribute__((aligned(8)));
	const struct nfulnl_msg_config_cmd bind = { NFULNL_CFG_CMD_BIND };
	struct nlmsghdr *h = configure(buffer);
	int err;

	mnl_attr_put(h, NFULA_CFG_CMD, sizeof(bind), &bind);
	err = ask(fd, h);
	/* nfulnl_recv_config() says so of a group that is another's. */
	return err == -EPERM ? -EBUSY : err;
}

static int set_up_group(int fd)
{
	char buffer[512] __attribute__((aligned(8)));
	const struct nfulnl_msg_config_mode mode = { htonl(COPY),
						     NFULNL_COPY_PACKET, 0 };
	struct nlmsghdr *h = configure(buffer);

	mnl_attr_put(h, NFULA_CFG_MODE, sizeof(mode), &mode);
	/* Each at once. */
	mnl_attr_put_u32(h, NFULA_CFG_QTHRESH, htonl(1));
	return ask(fd, h);
}

static int try_lock(void)
{
	const struct sockaddr_nl here = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&here, sizeof(here)))
		err = -errno;
	if (!err)
		err = take_group(fd);
	if (!err)
		return fd;

	(void)close(fd);
	return err;
}

/* A run that has just ended may not be quite through. */
static int lock(void)
{
	enum { TIMES = 50, PAUSE = 2000 /* microseconds */ };

	int fd = try_lock();

	for (int i = 0; i < TIMES && fd == -EBUSY; i++) {
		(void)usleep(PAUSE);
		fd = try_lock();
	}
	return fd;
}

static int open_setting(int number)
{
	char path[64];
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/sys/net/netfilter/nf_log/%d",
		       number);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return fd;
}

static int read_setting(int fd, char value[NFLOG_NAME])
{
	ssize_t len = pread(fd, value, NFLOG_NAME - 1, 0);

	if (len <= 0)
		return -EIO;
	value[len] = '\0';
	value[strcspn(value, "\n")] = '\0';

	return 0;
}

static int write_setting(int fd, const char *value)
{
	const size_t len = strlen(value);

	return pwrite(fd, value, len, 0) == (ssize_t)len ? 0 : -errno;
}

/* The lock is held, so nobody else is at work here. What is not as we set it was
 * set by somebody since. 1: it was put back; 0: nothing was; -errno. */
static int put_back(int folder)
{
	struct journal_entry e;
	char now[NFLOG_NAME];
	int fd, err = journal_read(folder, &e);
	bool is_ours;

	if (err == -ENOENT) {
		(void)journal_remove(folder);
		return 0;
	}
	if (err)
		return err;

	fd = open_setting(e.number);
	if (fd < 0)
		return fd;
	err = read_setting(fd, now);
	is_ours = !err && !strcmp(now, OURS);
	if (is_ours)
		err = write_setting(fd, e.value);
	(void)close(fd);
	if (!err)
		err = journal_remove(folder);
	return err ? err : is_ours;
}

static int note(struct nflog *l)
{
	struct journal_entry e = { .number = l->number };

	/* Somebody set it so: there is nothing to put back. */
	if (!strcmp(l->saved, OURS))
		return 0;

	(void)snprintf(e.value, sizeof(e.value), "%s", l->saved);
	return journal_write(l->journal, &e);
}

int nflog_open(struct nflog *l, bool is_v4)
{
	int err;

	*l = NFLOG_NONE;
	l->number = is_v4 ? AF_INET : AF_INET6;
	l->journal = journal_open(1);
	if (l->journal < 0)
		return l->journal;
	l->fd = lock();
	err = l->fd < 0 ? l->fd : put_back(l->journal);
	if (err >= 0)
		err = set_up_group(l->fd);
	if (!err) {
		l->setting = open_setting(l->number);
		err = l->setting < 0 ? l->setting
				     : read_setting(l->setting, l->saved);
	}
	if (!err)
		err = note(l);
	if (err)
		nflog_close(l);

	return err;
}

int nflog_switch(const struct nflog *l)
{
	return strcmp(l->saved, OURS) ? write_setting(l->setting, OURS) : 0;
}

int nflog_back(const struct nflog *l)
{
	char now[NFLOG_NAME];
	int err = read_setting(l->setting, now);

	if (!strcmp(l->saved, OURS))
		return 0;
	if (!err && !strcmp(now, OURS))
		err = write_setting(l->setting, l->saved);

	return err ? err : journal_remove(l->journal);
}

void nflog_close(struct nflog *l)
{
	if (l->setting >= 0)
		(void)close(l->setting);
	if (l->fd >= 0)
		(void)close(l->fd);
	if (l->journal >= 0)
		(void)close(l->journal);
	*l = NFLOG_NONE;
}

int nflog_restore(void)
{
	struct journal_entry e;
	int folder = journal_open(0), held, err;

	if (folder < 0)
		return folder == -ENOENT ? 0 : folder;
	err = journal_read(folder, &e);
	if (err) {
		(void)close(folder);
		return err == -ENOENT ? 0 : err;
	}

	held = lock();
	err = held < 0 ? held : put_back(folder);
	if (held >= 0)
		(void)close(held);
	(void)close(folder);
	/* Who has it is alive, or is another logger by now. */
	return err == -EBUSY ? 0 : err;
}
