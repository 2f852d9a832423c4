#include "net/link.h"

#include <string.h>

#include "net/decode.h"

/* RFC 1661 protocol numbers, where PPP carries IP. */
enum { PPP_IPV4 = 0x0021, PPP_IPV6 = 0x0057 };

/* include/uapi/linux/if_packet.h */
enum {
	SLL_HOST = 0,
	SLL_BROADCAST = 1,
	SLL_MULTICAST = 2,
	SLL_OTHERHOST = 3,
	SLL_OUTGOING = 4,
};

enum {
	ARPHRD_ETHERNET = 1,
	MAC_BYTES = 6,
	ETHERNET_HEADER = 14,
	MPLS_BOTTOM = 0x100,
};

static void macs(struct packet *p, const uint8_t *dst, const uint8_t *src)
{
	memcpy(p->dst_mac, dst, MAC_BYTES);
	memcpy(p->src_mac, src, MAC_BYTES);
	p->has_mac = true;
	if (dst[0] & 1)
		p->marks |= PACKET_MULTICAST;
}

static void ethernet_decode(struct decode *d, const struct cursor *at)
{
	struct cursor c = *at;
	const uint8_t *head = cursor_bytes(&c, ETHERNET_HEADER);
	struct cursor tail;
	unsigned type;

	if (!head) {
		d->packet->marks |= PACKET_TRUNCATED;
		return;
	}

	macs(d->packet, head, head + MAC_BYTES);
	tail = cursor_over(head + (size_t)2 * MAC_BYTES, 2);
	type = cursor_be16(&tail);
	if (type == ETHERTYPE_OF_IPV4 || type == ETHERTYPE_OF_IPV6)
		ip_decode(d, &c);
	else
		ethertype_decode(d, &c, type);
}

static void ppp_decode(struct decode *d, struct cursor c)
{
	unsigned protocol;

	/* Address and control field (RFC 1662 3.1), often left out. */
	if (cursor_peek(&c) == 0xff)
		cursor_skip(&c, 2);
	protocol = cursor_u8(&c);
	if (!(protocol & 1))
		protocol = protocol << 8 | cursor_u8(&c);

	if (protocol == PPP_IPV4 || protocol == PPP_IPV6)
		ip_decode(d, &c);
}

static void mpls_decode(struct decode *d, struct cursor c)
{
	uint32_t label;

	do {
		label = cursor_be32(&c);
	} while (cursor_left(&c) && !(label & MPLS_BOTTOM));

	/* RFC 4928 3: the first nibble is the best hint there is. */
	if ((cursor_peek(&c) >> 4) == 4 || (cursor_peek(&c) >> 4) == 6)
		ip_decode(d, &c);
}

static bool is_tag(unsigned type)
{
	return type == ETHERTYPE_QTAG || type == ETHERTYPE_SERVICE_TAG ||
	       type == ETHERTYPE_QINQ_OLD;
}

/* What is neither IP nor ARP. */
static void other_decode(struct decode *d, const struct cursor *at,
			 unsigned type)
{
	struct cursor c = *at;

	if (type == ETHERTYPE_MPLS || type == ETHERTYPE_MPLS_GROUP) {
		d->packet->depth++;
		mpls_decode(d, c);
	} else if (type == ETHERTYPE_PPPOE) {
		d->packet->depth++;
		cursor_skip(&c, 6);
		ppp_decode(d, c);
	} else if (type == ETHERTYPE_BRIDGED) {
		ethernet_decode(d, &c);
	}
}

void ethertype_decode(struct decode *d, const struct cursor *at, unsigned type)
{
	struct cursor c = *at;

	for (int tags = 0; is_tag(type) && tags < DECODE_DEPTH; tags++) {
		cursor_skip(&c, 2);
		type = cursor_be16(&c);
		d->packet->depth++;
	}

	if (type == ETHERTYPE_OF_IPV4 || type == ETHERTYPE_OF_IPV6)
		ip_decode(d, &c);
	else if (type == ETHERTYPE_OF_ARP)
		arp_decode(d, c);
	else
		other_decode(d, &c, type);
}

static void packet_type(struct packet *p, unsigned type)
{
	static const uint32_t marks[] = {
		[SLL_HOST] = PACKET_INCOMING,
		[SLL_BROADCAST] = PACKET_INCOMING | PACKET_MULTICAST,
		[SLL_MULTICAST] = PACKET_INCOMING | PACKET_MULTICAST,
		[SLL_OTHERHOST] = PACKET_OTHERHOST,
		[SLL_OUTGOING] = PACKET_OUTGOING,
	};

	if (type < sizeof(marks) / sizeof(*marks))
		p->marks |= marks[type];
}

static void sll_decode(struct decode *d, struct cursor c)
{
	unsigned type = cursor_be16(&c);

	cursor_skip(&c, 12);
	packet_type(d->packet, type);
	type = cursor_be16(&c);
	if (cursor_ok(&c))
		ethertype_decode(d, &c, type);
}

static void sll2_decode(struct decode *d, struct cursor c)
{
	unsigned type = cursor_be16(&c);

	cursor_skip(&c, 8);
	packet_type(d->packet, cursor_u8(&c));
	cursor_skip(&c, 9);
	if (cursor_ok(&c))
		ethertype_decode(d, &c, type);
}

/* The address family is the writer's own number in the writer's own byte
 * order; the version nibble behind it says the same. */
static void null_decode(struct decode *d, struct cursor c)
{
	cursor_skip(&c, 4);
	ip_decode(d, &c);
}

/* net/netfilter/nfnetlink_log.c: a header of four bytes, then attributes whose
 * length and type are in host order of the writer; lengths tell which. */
static void nflog_decode(struct decode *d, struct cursor c)
{
	enum { NFULA_PAYLOAD = 9 };

	cursor_skip(&c, 4);
	while (cursor_left(&c) >= 4) {
		unsigned len = cursor_le16(&c);
		unsigned type = cursor_le16(&c) & 0x7fff;
		struct cursor body = cursor_body(&c, len, 4);

		if (type == NFULA_PAYLOAD && cursor_ok(&body)) {
			ip_decode(d, &body);
			return;
		}
		cursor_skip(&c, (4 - len % 4) % 4);
	}
}

void link_decode(struct decode *d, const struct cursor *at, unsigned link)
{
	struct cursor c = *at;

	if (link == LINK_ETHERNET)
		ethernet_decode(d, at);
	else if (link == LINK_RAW || link == LINK_IPV4 || link == LINK_IPV6 ||
		 link == LINK_RAW_BSD || link == LINK_RAW_OPENBSD)
		ip_decode(d, &c);
	else if (link == LINK_LINUX_SLL)
		sll_decode(d, c);
	else if (link == LINK_LINUX_SLL2)
		sll2_decode(d, c);
	else if (link == LINK_NULL || link == LINK_LOOP)
		null_decode(d, c);
	else if (link == LINK_NFLOG)
		nflog_decode(d, c);
	else if (link == LINK_PPP)
		ppp_decode(d, c);
}

/* RFC 826, Ethernet and IPv4 only. */
void arp_decode(struct decode *d, struct cursor c)
{
	struct packet *p = d->packet;
	unsigned hardware = cursor_be16(&c);
	unsigned protocol = cursor_be16(&c);
	unsigned lengths = cursor_be16(&c);
	uint16_t op = cursor_be16(&c);
	const uint8_t *mac = cursor_bytes(&c, MAC_BYTES);
	uint32_t sender = cursor_be32(&c);
	uint32_t target;

	cursor_skip(&c, MAC_BYTES);
	target = cursor_be32(&c);
	if (!cursor_ok(&c) || hardware != ARPHRD_ETHERNET ||
	    protocol != ETHERTYPE_OF_IPV4 || lengths != (MAC_BYTES << 8 | 4))
		return;

	p->protocol = PACKET_ARP;
	p->version = 4;
	p->src = address_v4(sender);
	p->dst = address_v4(target);
	p->arp.op = op;
	memcpy(p->arp.sender_mac, mac, MAC_BYTES);
}
