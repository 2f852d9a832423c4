#include "probe/stand_in_veth.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MESSAGE = 1024, PRIORITY = 1 };

static const char inner[] = "kw0"; /* the end in the namespace */

/* What is asked of the host, from within the namespace: sockets belong to the
 * one in which they were opened. */
struct host {
	struct mnl_socket *netlink;
	int any;             /* for ioctl() */
	char name[IFNAMSIZ]; /* of the end here */
	uint32_t index;      /* of it; 0: not made yet */
};

static int call(int command, union bpf_attr *a)
{
	int ret = (int)syscall(SYS_bpf, command, a, sizeof(*a));

	return ret < 0 ? -errno : ret;
}

/* "return bpf_redirect(device, BPF_F_INGRESS)" */
static int load_redirect(uint32_t device)
{
	static const char license[] = "GPL";
	const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K,
		  .dst_reg = BPF_REG_1,
		  .imm = (int32_t)device },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K,
		  .dst_reg = BPF_REG_2,
		  .imm = BPF_F_INGRESS },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_redirect },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	union bpf_attr a;

	memset(&a, 0, sizeof(a));
	a.prog_type = BPF_PROG_TYPE_SCHED_CLS;
	a.insns = (uint64_t)(uintptr_t)code;
	a.insn_cnt = sizeof(code) / sizeof(*code);
	a.license = (uint64_t)(uintptr_t)license;
	return call(BPF_PROG_LOAD, &a);
}

/* Sends it, and waits for the kernel's word. 0 or -errno. */
static int ask(struct mnl_socket *s, struct nlmsghdr *m)
{
	_Alignas(8) char room[MESSAGE * 4];
	ssize_t n;

	m->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	m->nlmsg_seq = 1;
	if (mnl_socket_sendto(s, m, m->nlmsg_len) < 0)
		return -errno;
	n = mnl_socket_recvfrom(s, room, sizeof(room));
	if (n < 0)
		return -errno;

	return mnl_cb_run(room, (size_t)n, 1, 0, NULL, NULL) < 0 ? -errno : 0;
}

static struct nlmsghdr *message(char room[MESSAGE], uint16_t type,
				uint16_t flags)
{
	struct nlmsghdr *m = mnl_nlmsg_put_header(room);

	m->nlmsg_type = type;
	m->nlmsg_flags = flags;
	return m;
}

/* Both ends at once, one here and one there, so that none is ever elsewhere. */
static int make_veth(struct host *h)
{
	_Alignas(8) char room[MESSAGE];
	struct nlmsghdr *m =
		message(room, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	struct nlattr *about, *data, *peer;

	(void)mnl_nlmsg_put_extra_header(m, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(m, IFLA_IFNAME, h->name);
	about = mnl_attr_nest_start(m, IFLA_LINKINFO);
	mnl_attr_put_strz(m, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(m, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(m, VETH_INFO_PEER);
	(void)mnl_nlmsg_put_extra_header(m, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(m, IFLA_IFNAME, inner);
	mnl_attr_put_u32(m, IFLA_NET_NS_PID, (uint32_t)getpid());
	mnl_attr_nest_end(m, peer);
	mnl_attr_nest_end(m, data);
	mnl_attr_nest_end(m, about);
	return ask(h->netlink, m);
}

/* No address of its own, which it would tell others of. */
static int make_mute(struct mnl_socket *s, uint32_t index)
{
	_Alignas(8) char room[MESSAGE];
	struct nlmsghdr *m = message(room, RTM_NEWLINK, 0);
	struct ifinfomsg *head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	struct nlattr *all, *v6;

	head->ifi_index = (int)index;
	all = mnl_attr_nest_start(m, IFLA_AF_SPEC);
	v6 = mnl_attr_nest_start(m, AF_INET6);
	mnl_attr_put_u8(m, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(m, v6);
	mnl_attr_nest_end(m, all);
	return ask(s, m);
}

/* Up, and without ARP. */
static int raise_link(int any, const char *name)
{
	struct ifreq r = { 0 };

	(void)snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	if (ioctl(any, SIOCGIFFLAGS, &r))
		return -errno;
	r.ifr_flags = (short)(r.ifr_flags | IFF_UP | IFF_NOARP);
	return ioctl(any, SIOCSIFFLAGS, &r) ? -errno : 0;
}

static int find_index(int any, const char *name, uint32_t *ret)
{
	struct ifreq r = { 0 };

	(void)snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	if (ioctl(any, SIOCGIFINDEX, &r))
		return -errno;

	*ret = (uint32_t)r.ifr_ifindex;
	return 0;
}

static int add_hook(struct host *h)
{
	_Alignas(8) char room[MESSAGE];
	struct nlmsghdr *m =
		message(room, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL);
	struct tcmsg *head = mnl_nlmsg_put_extra_header(m, sizeof(*head));

	head->tcm_ifindex = (int)h->index;
	head->tcm_parent = TC_H_CLSACT;
	head->tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
	mnl_attr_put_strz(m, TCA_KIND, "clsact");
	return ask(h->netlink, m);
}

static int add_program(struct host *h, int program)
{
	_Alignas(8) char room[MESSAGE];
	struct nlmsghdr *m =
		message(room, RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL);
	struct tcmsg *head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	struct nlattr *options;

	head->tcm_ifindex = (int)h->index;
	head->tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
	head->tcm_info = TC_H_MAKE((uint32_t)PRIORITY << 16, htons(ETH_P_ALL));
	mnl_attr_put_strz(m, TCA_KIND, "bpf");
	options = mnl_attr_nest_start(m, TCA_OPTIONS);
	mnl_attr_put_u32(m, TCA_BPF_FD, (uint32_t)program);
	mnl_attr_put_strz(m, TCA_BPF_NAME, "kiriwake");
	mnl_attr_put_u32(m, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	mnl_attr_nest_end(m, options);
	return ask(h->netlink, m);
}

/* The end here, with what hands its packets on. */
static int make_outer(struct host *h, uint32_t device)
{
	int program = load_redirect(device);
	int err = program < 0 ? program : make_veth(h);

	if (!err)
		err = find_index(h->any, h->name, &h->index);
	if (!err)
		err = make_mute(h->netlink, h->index);
	/* A kernel without IPv6 has nothing to keep quiet. */
	if (err == -EAFNOSUPPORT)
		err = 0;
	if (!err)
		err = add_hook(h);
	if (!err)
		err = add_program(h, program);
	if (!err)
		err = raise_link(h->any, h->name);
	if (program >= 0)
		(void)close(program);
	return err;
}

/* The other end: what is sent there comes out here. */
static int open_inner(void)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint32_t index = 0;
	int fd = -1, err;

	if (any < 0)
		return -errno;
	err = find_index(any, inner, &index);
	if (!err)
		err = raise_link(any, inner);
	(void)close(any);
	if (err)
		return err;

	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	to.sll_ifindex = (int)index;
	to.sll_protocol = htons(ETH_P_ALL);
	if (bind(fd, (const struct sockaddr *)&to, sizeof(to))) {
		err = -errno;
		(void)close(fd);
		return err;
	}
	return fd;
}

static int make(struct host *h, uint32_t device)
{
	int err;

	if (unshare(CLONE_NEWNET))
		return -errno;

	err = make_outer(h, device);
	/* No veth, no clsact, no program there. */
	if (err == -ENOENT || err == -EINVAL)
		err = -EOPNOTSUPP;
	return err ? err : open_inner();
}

int stand_in_veth_open(uint32_t device)
{
	struct host h = { .any = -1 };
	int ret;

	(void)snprintf(h.name, sizeof(h.name), "kw%d", (int)getpid());
	h.netlink = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!h.netlink)
		return -errno;
	if (mnl_socket_bind(h.netlink, 0, MNL_SOCKET_AUTOPID) < 0) {
		ret = -errno;
		(void)mnl_socket_close(h.netlink);
		return ret;
	}
	h.any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ret = h.any < 0 ? -errno : make(&h, device);
	if (h.any >= 0)
		(void)close(h.any);
	(void)mnl_socket_close(h.netlink);
	return ret;
}

int stand_in_veth_send(int fd, const uint8_t *frame, size_t len)
{
	ssize_t n = send(fd, frame, len, 0);

	if (n < 0)
		return -errno;

	return (size_t)n == len ? 0 : -EIO;
}
