#include "sniff.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { COPY = 65535 };

/* A request about the group with one attribute, and its acknowledgement. */
static int ask(struct sniff *s, unsigned group, unsigned type, const void *data,
	       size_t len)
{
	struct {
		struct nlmsghdr head;
		struct nfgenmsg family;
		struct nlattr attribute;
		uint8_t data[16];
	} m = { .head = { .nlmsg_type =
				  NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
			  .nlmsg_seq = ++s->sequence } };

	struct {
		struct nlmsghdr head;
		struct nlmsgerr err;
	} answer;

	m.head.nlmsg_len = (uint32_t)(offsetof(__typeof__(m), data) + len);
	m.family.res_id = htons((uint16_t)group);
	m.attribute.nla_type = (uint16_t)type;
	m.attribute.nla_len = (uint16_t)(sizeof(m.attribute) + len);
	memcpy(m.data, data, len);
	if (send(s->fd, &m, m.head.nlmsg_len, 0) < 0 ||
	    recv(s->fd, &answer, sizeof(answer), 0) < 0)
		return -errno;
	return answer.head.nlmsg_type == NLMSG_ERROR ? answer.err.error
						     : -EPROTO;
}

int sniff_open(struct sniff *s, unsigned group)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct nfulnl_msg_config_cmd bind = { NFULNL_CFG_CMD_BIND };
	struct nfulnl_msg_config_mode mode = { htonl(COPY), NFULNL_COPY_PACKET,
					       0 };
	int room = 4 << 20, r;

	s->sequence = 0;
	s->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	if (s->fd < 0)
		return -errno;
	setsockopt(s->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (connect(s->fd, (struct sockaddr *)&kernel, sizeof(kernel)))
		return -errno;
	r = ask(s, group, NFULA_CFG_CMD, &bind, sizeof(bind));
	if (!r)
		r = ask(s, group, NFULA_CFG_MODE, &mode, 6);
	if (!r && fcntl(s->fd, F_SETFL, O_NONBLOCK))
		r = -errno;
	return r;
}

void sniff_close(struct sniff *s)
{
	close(s->fd);
}

/* The payload among the attributes. */
static size_t payload(const uint8_t *at, size_t len, uint8_t *data, size_t size)
{
	while (len >= sizeof(struct nlattr)) {
		struct nlattr a;
		size_t whole;

		memcpy(&a, at, sizeof(a));
		if (a.nla_len < sizeof(a) || a.nla_len > len)
			return 0;
		whole = a.nla_len - sizeof(a);
		if ((a.nla_type & NLA_TYPE_MASK) == NFULA_PAYLOAD &&
		    whole <= size) {
			memcpy(data, at + sizeof(a), whole);
			return whole;
		}
		whole = (a.nla_len + 3U) & ~3U;
		if (whole > len)
			return 0;
		at += whole;
		len -= whole;
	}
	return 0;
}

size_t sniff_receive(struct sniff *s, uint8_t *data, size_t size)
{
	static uint8_t message[2 * 65536];
	size_t skip = sizeof(struct nlmsghdr) + sizeof(struct nfgenmsg);
	ssize_t n;

	while ((n = recv(s->fd, message, sizeof(message), 0)) > 0) {
		struct nlmsghdr head;
		size_t found;

		memcpy(&head, message, sizeof(head));
		if (head.nlmsg_type !=
			    (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET) ||
		    (size_t)n < skip || head.nlmsg_len > (size_t)n)
			continue;
		found = payload(message + skip, head.nlmsg_len - skip, data,
				size);
		if (found)
			return found;
	}
	return 0;
}
