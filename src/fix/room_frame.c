/*
 * Packets' fates. A packet is put into the room as it is, and known again by
 * its number. Who passes the last hook is told by the kernel's log (nfnetlink),
 * of a table of our own with the last priority; who is refused, by the ICMP error
 * or the reset that comes out; who neither, is dropped.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/tool.h"
#include "fix/room_inside.h"
#include "host/netlink.h"

enum {
	GROUP = 61234,
	QUIET_MS = 30, /* nothing more is expected then */
	BATCH = 64,    /* frames between two looks */
	WAIT_MS = 1000,
	BUFFER = 4 << 20,
	PACKET_MOST = 512,
	ICMP_UNREACHABLE = 3,
	ICMP6_UNREACHABLE = 1,
	TCP_RST = 4,
	LEAST = 28, /* IPv4, and eight bytes */
};

static const char table[] =
	"table inet kiriwake_room {\n"
	" chain i { type filter hook input priority 2147483647; "
	"log group 61234; }\n"
	" chain p { type filter hook postrouting priority 2147483647; "
	"log group 61234; }\n"
	"}\n";

/* What is known of a packet that was seen. */
struct seen {
	uint32_t number;
	uint8_t protocol, type; /* ICMP's */
};

static size_t header_v4(struct cursor *c, struct seen *ret, bool *is_first)
{
	uint8_t begin = cursor_u8(c);
	size_t head = (size_t)(begin & 0xf) * 4;

	cursor_skip(c, 3);
	ret->number = cursor_be16(c);
	*is_first = !(cursor_be16(c) & 0x1fff);
	cursor_skip(c, 1);
	ret->protocol = cursor_u8(c);
	cursor_skip(c, 10);
	if (head > 20)
		cursor_skip(c, head - 20);
	return head;
}

static void header_v6(struct cursor *c, struct seen *ret)
{
	ret->number = cursor_be32(c) & 0xfffff;
	cursor_skip(c, 2);
	ret->protocol = cursor_u8(c);
	cursor_skip(c, 33);
}

/* The IP header; c stands behind it. */
static bool take_header(struct cursor *c, struct seen *ret)
{
	bool is_first = true;

	*ret = (struct seen){ 0 };
	if (cursor_peek(c) >> 4 == 4)
		(void)header_v4(c, ret, &is_first);
	else if (cursor_peek(c) >> 4 == 6)
		header_v6(c, ret);
	else
		return false;
	if (ret->protocol == IPPROTO_ICMP || ret->protocol == IPPROTO_ICMPV6)
		ret->type = cursor_peek(c);
	return cursor_ok(c);
}

struct fates {
	const struct room_frame *frames;
	size_t count;
	uint8_t *fates;
};

/* The frame of that number, as it was sent. */
static size_t frame_of(const struct fates *f, uint32_t number)
{
	for (size_t i = 0; number && i < f->count; i++)
		if (f->frames[i].number == number)
			return i;

	return f->count;
}

static void mark(const struct fates *f, uint32_t number, enum room_fate fate)
{
	size_t i = frame_of(f, number);

	if (i < f->count && f->fates[i] < fate)
		f->fates[i] = (uint8_t)fate;
}

/* An answer of the host's may bear any id: it has to be the same packet. */
static void take_logged(const struct fates *f, const void *bytes, size_t len)
{
	struct cursor c = cursor_over(bytes, len);
	struct seen seen, sent;
	size_t i;

	if (!take_header(&c, &seen))
		return;
	i = frame_of(f, seen.number);
	if (i == f->count)
		return;
	c = cursor_over(f->frames[i].bytes, f->frames[i].len);
	if (take_header(&c, &sent) && sent.protocol == seen.protocol &&
	    sent.type == seen.type)
		mark(f, seen.number, ROOM_PASSED);
}

/* What came out: an error that quotes one of ours, or a reset of it. */
static void take_answer(const struct fates *f, const void *bytes, size_t len)
{
	struct cursor c = cursor_over(bytes, len);
	struct seen seen, quoted;

	if (!take_header(&c, &seen))
		return;
	if ((seen.protocol == IPPROTO_ICMP && seen.type == ICMP_UNREACHABLE) ||
	    (seen.protocol == IPPROTO_ICMPV6 &&
	     seen.type == ICMP6_UNREACHABLE)) {
		cursor_skip(&c, 8);
		if (take_header(&c, &quoted))
			mark(f, quoted.number, ROOM_REJECTED);
	}
	if (seen.protocol == IPPROTO_TCP) {
		uint32_t ack, flags;

		cursor_skip(&c, 8);
		ack = cursor_be32(&c);
		cursor_skip(&c, 1);
		flags = cursor_u8(&c);
		if (cursor_ok(&c) && flags & TCP_RST && ack)
			mark(f, (ack - 1) >> ROOM_SEQUENCE_SHIFT,
			     ROOM_REJECTED);
	}
}

static int take_log(const struct nlmsghdr *m, void *context)
{
	struct netlink_walk w = netlink_attributes(m, sizeof(struct nfgenmsg));
	const struct nlattr *a;

	while ((a = netlink_next(&w)) != NULL)
		if (mnl_attr_get_type(a) == NFULA_PAYLOAD)
			take_logged(context, mnl_attr_get_payload(a),
				    mnl_attr_get_payload_len(a));
	return MNL_CB_OK;
}

static bool read_log(struct room_inside *in, const struct fates *f)
{
	static _Alignas(8) char bytes[1 << 16];
	bool any = false;
	ssize_t n;

	while ((n = recv(in->log, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0) {
		(void)mnl_cb_run(bytes, (size_t)n, 0, 0, take_log, (void *)f);
		any = true;
	}
	return any;
}

static bool read_sniffer(int fd, const struct fates *f)
{
	uint8_t bytes[PACKET_MOST];
	bool any = false;
	ssize_t n;

	while ((n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0) {
		take_answer(f, bytes, (size_t)n);
		any = true;
	}
	return any;
}

/* Until nothing has come for a moment. */
static void collect(struct room_inside *in, const struct fates *f, int quiet_ms)
{
	struct pollfd fds[1 + ROOM_SIDES] = { { .fd = in->log,
						.events = POLLIN } };
	int64_t deadline = tool_now_ms() + WAIT_MS;

	for (int i = 0; i < ROOM_SIDES; i++)
		fds[1 + i] = (struct pollfd){ .fd = in->sniffers[i],
					      .events = POLLIN };
	do {
		bool any = read_log(in, f);

		for (int i = 0; i < ROOM_SIDES; i++)
			any |= read_sniffer(in->sniffers[i], f);
		if (!any && poll(fds, 1 + ROOM_SIDES, quiet_ms) <= 0)
			return;
	} while (tool_now_ms() < deadline);
}

static void put_ether(const struct room_inside *in,
		      const struct room_frame *frame, uint8_t *out)
{
	static const uint8_t none[6];
	const struct room_device *d = &in->devices[frame->device];
	uint16_t type = frame->bytes[0] >> 4 == 4 ? ETH_P_IP : ETH_P_IPV6;

	memcpy(out, d->mac, 6);
	memcpy(out + 6, memcmp(frame->mac, none, 6) ? frame->mac : d->mac, 6);
	out[12] = (uint8_t)(type >> 8);
	out[13] = (uint8_t)type;
	memcpy(out + ETH_HLEN, frame->bytes, frame->len);
}

/* Into a device, from the world. */
static bool send_in(const struct room_inside *in, int fd,
		    const struct room_frame *frame)
{
	uint8_t bytes[ETH_HLEN + sizeof(frame->bytes)];
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_halen = 6 };

	if (frame->device >= in->device_count)
		return false;
	to.sll_ifindex = (int)in->index[ROOM_WORLD][frame->device];
	put_ether(in, frame, bytes);
	return sendto(fd, bytes, ETH_HLEN + (size_t)frame->len, 0,
		      (const void *)&to, sizeof(to)) > 0;
}

/* By the host itself. Rules that drop it say so: EPERM. */
static bool send_out(const int raw[2], const struct room_frame *frame)
{
	bool is_v4 = frame->bytes[0] >> 4 == 4;
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	memcpy(&v4.sin_addr, frame->bytes + 16, 4);
	memcpy(&v6.sin6_addr, frame->bytes + 24, 16);
	return sendto(raw[!is_v4], frame->bytes, frame->len, MSG_DONTWAIT,
		      is_v4 ? (const void *)&v4 : (const void *)&v6,
		      is_v4 ? sizeof(v4) : sizeof(v6)) > 0 ||
	       errno == EPERM;
}

static int packet_socket(int type, int protocol)
{
	static const int bytes = BUFFER;
	int fd = socket(AF_PACKET, type | SOCK_CLOEXEC | SOCK_NONBLOCK,
			htons((uint16_t)protocol));

	if (fd >= 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes,
				 sizeof(bytes));
	return fd;
}

static void send_all(struct room_inside *in, const struct fates *f, int packets,
		     const int raw[2])
{
	for (size_t i = 0; i < f->count; i++) {
		const struct room_frame *frame = &f->frames[i];
		bool is_sent = frame->len >= LEAST &&
			       frame->len <= sizeof(frame->bytes);

		if (is_sent && frame->device == ROOM_BY_ROUTE)
			is_sent = send_out(raw, frame);
		else if (is_sent)
			is_sent = send_in(in, packets, frame);
		if (!is_sent)
			f->fates[i] = ROOM_UNSENT;
		if (i % BATCH == BATCH - 1)
			collect(in, f, 0);
	}
	collect(in, f, QUIET_MS);
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

int room_frame_send(struct room_inside *in, const struct room_frame *frames,
		    size_t count, uint8_t *fates)
{
	struct fates f = { .frames = frames, .count = count };
	int raw[2], packets;
	int err = 0;

	if (in->log < 0)
		return -ENOTCONN;
	f.fates = fates;
	(void)room_enter_side(in, ROOM_HOST);
	raw[0] = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	raw[1] = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	(void)room_enter_side(in, ROOM_WORLD);
	packets = packet_socket(SOCK_RAW, 0);
	if (raw[0] < 0 || packets < 0)
		err = -errno;
	else
		send_all(in, &f, packets, raw);
	close_if_open(raw[0]);
	close_if_open(raw[1]);
	close_if_open(packets);
	(void)room_enter_side(in, ROOM_HOST);
	return err;
}

static const char *const make_table[] = { "nft", "-f", "-", NULL };
static const char *const delete_table[] = { "nft",  "delete",        "table",
					    "inet", "kiriwake_room", NULL };

/* Where there is no nft, the hooks behind the others that iptables has; its rules
 * begin or end there. */
static const char *const older_tables[][2] = { { "security", "INPUT" },
					       { "mangle", "POSTROUTING" } };
static const char *const older_tools[] = { "iptables-legacy", "iptables",
					   "ip6tables-legacy", "ip6tables" };

static int change_older(const char *tool, const char *how)
{
	int status = 0;

	for (size_t i = 0; i < 2; i++) {
		const char *const argv[] = { tool,
					     "-t",
					     older_tables[i][0],
					     how,
					     older_tables[i][1],
					     "-j",
					     "NFLOG",
					     "--nflog-group",
					     "61234",
					     NULL };

		status |= room_run_tool(argv, "", NULL, NULL);
	}
	return status;
}

/* The families' tools, the first name that there is; IPv6 may be missing. */
static int watch_older(const char *how)
{
	int status = change_older(older_tools[0], how);

	if (status)
		status = change_older(older_tools[1], how);
	if (change_older(older_tools[2], how))
		(void)change_older(older_tools[3], how);
	return status ? -EOPNOTSUPP : 0;
}

static int begin_to_log(struct room_inside *in)
{
	in->is_older = room_run_tool(make_table, table, NULL, NULL);
	return in->is_older ? watch_older("-A") : 0;
}

static int end_to_log(const struct room_inside *in)
{
	if (in->is_older)
		return watch_older("-D");
	return room_run_tool(delete_table, "", NULL, NULL) ? -EOPNOTSUPP : 0;
}

static struct nfgenmsg *begin(char *bytes, uint16_t type)
{
	struct nlmsghdr *m = mnl_nlmsg_put_header(bytes);

	m->nlmsg_type = type;
	m->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	return mnl_nlmsg_put_extra_header(m, sizeof(struct nfgenmsg));
}

/* Sends and reads the answer: 0 or -errno. */
static int ask(int fd, const char *request)
{
	const struct nlmsghdr *m = (const void *)request;
	_Alignas(8) char answer[8192];
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	ssize_t n;

	if (sendto(fd, m, m->nlmsg_len, 0, (const void *)&kernel,
		   sizeof(kernel)) < 0)
		return -errno;
	n = recv(fd, answer, sizeof(answer), 0);
	if (n <= 0)
		return n ? -errno : -EIO;
	return mnl_cb_run(answer, (size_t)n, 0, 0, NULL, NULL) < 0 ? -errno : 0;
}

/* One packet a message, at once, with its first bytes. */
static int listen_to_group(int fd)
{
	const struct nfulnl_msg_config_cmd bind = {
		.command = NFULNL_CFG_CMD_BIND
	};
	const struct nfulnl_msg_config_mode mode = {
		.copy_range = htonl(PACKET_MOST),
		.copy_mode = NFULNL_COPY_PACKET,
	};
	_Alignas(8) char bytes[512];
	struct nlmsghdr *m = (void *)bytes;
	int err;

	memset(bytes, 0, sizeof(bytes));
	begin(bytes, NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG)->res_id =
		htons(GROUP);
	mnl_attr_put(m, NFULA_CFG_CMD, sizeof(bind), &bind);
	err = ask(fd, bytes);
	if (err)
		return err;

	memset(bytes, 0, sizeof(bytes));
	begin(bytes, NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG)->res_id =
		htons(GROUP);
	mnl_attr_put(m, NFULA_CFG_MODE, sizeof(mode), &mode);
	mnl_attr_put_u32(m, NFULA_CFG_QTHRESH, htonl(1));
	return ask(fd, bytes);
}

static int open_netfilter(void)
{
	static const int bytes = BUFFER;
	const struct sockaddr_nl name = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	if (!bind(fd, (const void *)&name, sizeof(name)))
		return fd;
	(void)close(fd);
	return -EIO;
}

static void stop(struct room_inside *in)
{
	if (in->log >= 0)
		(void)close(in->log);
	in->log = -1;
	for (int i = 0; i < ROOM_SIDES; i++) {
		if (in->sniffers[i] >= 0)
			(void)close(in->sniffers[i]);
		in->sniffers[i] = -1;
	}
}

int room_frame_watch(struct room_inside *in, bool begins)
{
	int err;

	stop(in);
	if (!begins)
		return end_to_log(in);

	in->log = open_netfilter();
	if (in->log < 0)
		return in->log;
	err = listen_to_group(in->log);
	if (!err)
		err = begin_to_log(in);
	for (int i = 0; i < ROOM_SIDES && !err; i++) {
		err = room_enter_side(in, (enum room_side)i);
		if (!err)
			in->sniffers[i] = packet_socket(SOCK_DGRAM, ETH_P_ALL);
	}
	(void)room_enter_side(in, ROOM_HOST);
	if (err)
		stop(in);
	return err;
}

int room_frame_forget(struct room_inside *in)
{
	_Alignas(8) char bytes[64] = { 0 };
	int fd = open_netfilter();
	int err;

	(void)in;
	if (fd < 0)
		return fd;
	(void)begin(bytes, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE);
	err = ask(fd, bytes);
	(void)close(fd);
	return err;
}
