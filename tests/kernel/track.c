#include "track.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame.h"
#include "net/address.h"

/* A message that grows; attributes nest by remembering where they began. */
struct message {
	size_t len;
	uint8_t data[512];
};

int track_open(struct track *t)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	t->sequence = 0;
	t->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	if (t->fd < 0)
		return -errno;
	return connect(t->fd, (struct sockaddr *)&kernel, sizeof(kernel))
		       ? -errno
		       : 0;
}

void track_close(struct track *t)
{
	close(t->fd);
}

static void put(struct message *m, unsigned type, const void *data, size_t len)
{
	struct nlattr a = { (uint16_t)(sizeof(a) + len), (uint16_t)type };

	memcpy(m->data + m->len, &a, sizeof(a));
	memcpy(m->data + m->len + sizeof(a), data, len);
	m->len += (sizeof(a) + len + 3) & ~(size_t)3;
}

static void put8(struct message *m, unsigned type, unsigned value)
{
	uint8_t v = (uint8_t)value;

	put(m, type, &v, sizeof(v));
}

static void put16(struct message *m, unsigned type, unsigned value)
{
	uint16_t v = htons((uint16_t)value);

	put(m, type, &v, sizeof(v));
}

static void put32(struct message *m, unsigned type, uint32_t value)
{
	uint32_t v = htonl(value);

	put(m, type, &v, sizeof(v));
}

static size_t nest(struct message *m, unsigned type)
{
	size_t at = m->len;

	put(m, type | NLA_F_NESTED, "", 0);
	return at;
}

static void end(struct message *m, size_t at)
{
	uint16_t len = (uint16_t)(m->len - at);

	memcpy(m->data + at, &len, sizeof(len));
}

static void put_address(struct message *m, bool v6, bool source, u128 value)
{
	struct address a = field_to_address(value);
	unsigned type = v6       ? source ? CTA_IP_V6_SRC : CTA_IP_V6_DST
			: source ? CTA_IP_V4_SRC
				 : CTA_IP_V4_DST;

	put(m, type, a.bytes + (v6 ? 0 : 12), v6 ? 16 : 4);
}

static void put_icmp(struct message *m, const struct point *p, bool v6,
		     bool reply)
{
	unsigned what = (unsigned)p->value[FIELD_CT_DPORT];
	unsigned type = reply ? v6 ? 129 : 0 : what >> 8;

	put16(m, v6 ? CTA_PROTO_ICMPV6_ID : CTA_PROTO_ICMP_ID,
	      (unsigned)p->value[FIELD_CT_SPORT]);
	put8(m, v6 ? CTA_PROTO_ICMPV6_TYPE : CTA_PROTO_ICMP_TYPE, type);
	put8(m, v6 ? CTA_PROTO_ICMPV6_CODE : CTA_PROTO_ICMP_CODE, what & 0xff);
}

static void put_tuple(struct message *m, const struct point *p, bool reply)
{
	bool v6 = frame_is_v6(p);
	unsigned protocol = (unsigned)p->value[FIELD_CT_PROTO];
	size_t all = nest(m, reply ? CTA_TUPLE_REPLY : CTA_TUPLE_ORIG);
	size_t at = nest(m, CTA_TUPLE_IP);

	put_address(m, v6, true,
		    p->value[reply ? FIELD_CT_DADDR : FIELD_CT_SADDR]);
	put_address(m, v6, false,
		    p->value[reply ? FIELD_CT_SADDR : FIELD_CT_DADDR]);
	end(m, at);
	at = nest(m, CTA_TUPLE_PROTO);
	put8(m, CTA_PROTO_NUM, protocol);
	if (protocol == FRAME_ICMP || protocol == FRAME_ICMP6) {
		put_icmp(m, p, v6, reply);
	} else {
		enum field from = reply ? FIELD_CT_DPORT : FIELD_CT_SPORT;
		enum field to = reply ? FIELD_CT_SPORT : FIELD_CT_DPORT;

		put16(m, CTA_PROTO_SRC_PORT, (unsigned)p->value[from]);
		put16(m, CTA_PROTO_DST_PORT, (unsigned)p->value[to]);
	}
	end(m, at);
	end(m, all);
}

static void put_tcp(struct message *m)
{
	static const struct nf_ct_tcp_flags liberal = {
		.flags = IP_CT_TCP_FLAG_BE_LIBERAL,
		.mask = IP_CT_TCP_FLAG_BE_LIBERAL,
	};
	size_t all = nest(m, CTA_PROTOINFO);
	size_t at = nest(m, CTA_PROTOINFO_TCP);

	put8(m, CTA_PROTOINFO_TCP_STATE, TCP_CONNTRACK_ESTABLISHED);
	put(m, CTA_PROTOINFO_TCP_FLAGS_ORIGINAL, &liberal, sizeof(liberal));
	put(m, CTA_PROTOINFO_TCP_FLAGS_REPLY, &liberal, sizeof(liberal));
	end(m, at);
	end(m, all);
}

static void begin(struct track *t, struct message *m, const struct point *p,
		  unsigned type, unsigned flags)
{
	struct nlmsghdr head = {
		.nlmsg_type = (uint16_t)(NFNL_SUBSYS_CTNETLINK << 8 | type),
		.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags),
		.nlmsg_seq = ++t->sequence,
	};
	struct nfgenmsg family = {
		.nfgen_family = frame_is_v6(p) ? AF_INET6 : AF_INET,
	};

	memset(m, 0, sizeof(*m));
	memcpy(m->data, &head, sizeof(head));
	memcpy(m->data + sizeof(head), &family, sizeof(family));
	m->len = sizeof(head) + sizeof(family);
}

static int talk(struct track *t, struct message *m)
{
	uint32_t len = (uint32_t)m->len;
	uint8_t answer[1024];
	struct nlmsghdr head;
	struct nlmsgerr err;
	ssize_t n;

	memcpy(m->data, &len, sizeof(len));
	if (send(t->fd, m->data, m->len, 0) < 0)
		return -errno;
	n = recv(t->fd, answer, sizeof(answer), 0);
	if (n < (ssize_t)(sizeof(head) + sizeof(err.error)))
		return n < 0 ? -errno : -EPROTO;
	memcpy(&head, answer, sizeof(head));
	if (head.nlmsg_type != NLMSG_ERROR)
		return -EPROTO;
	memcpy(&err.error, answer + sizeof(head), sizeof(err.error));
	return err.error;
}

int track_add(struct track *t, const struct point *packet)
{
	struct message m;

	begin(t, &m, packet, IPCTNL_MSG_CT_NEW, NLM_F_CREATE | NLM_F_EXCL);
	put_tuple(&m, packet, false);
	put_tuple(&m, packet, true);
	put32(&m, CTA_STATUS, IPS_CONFIRMED | IPS_SEEN_REPLY | IPS_ASSURED);
	put32(&m, CTA_TIMEOUT, 600);
	put32(&m, CTA_MARK, (uint32_t)packet->value[FIELD_CT_MARK]);
	if (packet->value[FIELD_CT_PROTO] == FRAME_TCP)
		put_tcp(&m);
	return talk(t, &m);
}

int track_delete(struct track *t, const struct point *packet)
{
	struct message m;

	begin(t, &m, packet, IPCTNL_MSG_CT_DELETE, 0);
	put_tuple(&m, packet, false);
	return talk(t, &m);
}

int track_flush(struct track *t)
{
	struct message m;
	struct point any = { 0 };

	begin(t, &m, &any, IPCTNL_MSG_CT_DELETE, 0);
	return talk(t, &m);
}
