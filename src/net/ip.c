#include <string.h>

#include "net/decode.h"

/* IANA protocol numbers beyond those of enum packet_protocol. */
enum {
	NEXT_HOP_BY_HOP = 0,
	NEXT_IPIP = 4,
	NEXT_IPV6 = 41,
	NEXT_ROUTING = 43,
	NEXT_FRAGMENT = 44,
	NEXT_GRE = 47,
	NEXT_AUTHENTICATION = 51,
	NEXT_DESTINATION = 60,
	NEXT_MOBILITY = 135,
	NEXT_HIP = 139,
	NEXT_SHIM6 = 140,
};

enum {
	IP4_HEADER = 20,
	IP6_HEADER = 40,
	IP6_ADDRESSES = 8, /* where they begin */
	IP4_DF = 0x4000,
	IP4_MF = 0x2000,
	IP4_OFFSET = 0x1fff,
	IP4_GROUPS = 0xe, /* 224.0.0.0/4 */
	GRE_CHECKSUM = 0x8000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
};

/* RFC 2784 and 2890, version 0. */
static void gre_decode(struct decode *d, const struct cursor *at)
{
	struct cursor c = *at;
	unsigned flags = cursor_be16(&c);
	unsigned type = cursor_be16(&c);

	if (flags & 7)
		return;
	if (flags & GRE_CHECKSUM)
		cursor_skip(&c, 4);
	if (flags & GRE_KEY)
		cursor_skip(&c, 4);
	if (flags & GRE_SEQUENCE)
		cursor_skip(&c, 4);
	if (cursor_ok(&c))
		ethertype_decode(d, &c, type);
}

static void transport_decode(struct decode *d, const struct cursor *at,
			     uint32_t length)
{
	struct packet *p = d->packet;

	if (p->marks & PACKET_LATER_FRAGMENT)
		return;

	if (p->protocol == PACKET_TCP)
		tcp_decode(d, at, length);
	else if (p->protocol == PACKET_UDP)
		udp_decode(d, at, length);
	else if (p->protocol == PACKET_ICMP)
		icmp_decode(d, at);
	else if (p->protocol == PACKET_ICMP6)
		icmp6_decode(d, at);
	else if (p->protocol == NEXT_IPIP || p->protocol == NEXT_IPV6)
		ip_decode(d, at);
	else if (p->protocol == NEXT_GRE)
		gre_decode(d, at);
}

/*
 * Bytes behind the header on the wire. A total of 0 is a segmentation-offload
 * super-frame, whose length only the frame knows; a total beyond what was on
 * the wire is kept, the header is the better witness.
 */
static uint32_t ip4_rest(const struct decode *d, const struct cursor *c,
			 uint32_t total, uint32_t head)
{
	if (!total)
		return (uint32_t)cursor_left(c) + d->missing;
	if (total < head)
		return 0;

	return total - head;
}

static void no_ip(struct packet *p)
{
	p->protocol = PACKET_NOT_IP;
	p->version = 0;
	p->marks |= PACKET_TRUNCATED;
}

static inline void ip4_decode(struct decode *d, const struct cursor *at)
{
	struct packet *p = d->packet;
	struct cursor c = *at;
	const uint8_t *fixed = cursor_bytes(&c, IP4_HEADER);
	struct cursor h, body;
	uint32_t head, total, rest, dst;
	unsigned fragment;

	if (!fixed) {
		no_ip(p);
		return;
	}

	/* The compiler knows this cursor's length: it checks nothing below. */
	h = cursor_over(fixed, IP4_HEADER);
	head = (uint32_t)(cursor_u8(&h) & 0xf) * 4;
	cursor_skip(&h, 1);
	total = cursor_be16(&h);
	p->ip_id = cursor_be16(&h);
	fragment = cursor_be16(&h);
	p->ttl = cursor_u8(&h);
	p->protocol = cursor_u8(&h);
	cursor_skip(&h, 2);
	p->src = address_v4(cursor_be32(&h));
	dst = cursor_be32(&h);
	p->dst = address_v4(dst);
	p->version = 4;
	if (head < IP4_HEADER) {
		no_ip(p);
		return;
	}

	p->marks &= ~(uint32_t)(PACKET_FLOW_LABEL | PACKET_DF | PACKET_PORTS);
	p->marks |= PACKET_TTL;
	if (fragment & IP4_DF)
		p->marks |= PACKET_DF;
	if (fragment & IP4_OFFSET)
		p->marks |= PACKET_LATER_FRAGMENT;
	else if (fragment & IP4_MF)
		p->marks |= PACKET_FIRST_FRAGMENT;
	if (dst >> 28 == IP4_GROUPS || dst == UINT32_MAX)
		p->marks |= PACKET_MULTICAST;

	cursor_skip(&c, head - IP4_HEADER);
	rest = ip4_rest(d, &c, total, head);
	/* What stands behind the packet is Ethernet's padding. */
	body = cursor_take_most(&c, rest);
	transport_decode(d, &body, rest);
}

static void fragment_decode(struct packet *p, struct cursor *c)
{
	unsigned offset;

	cursor_skip(c, 1);
	offset = cursor_be16(c);
	p->ip_id = cursor_be32(c);
	if (offset & 0xfff8)
		p->marks |= PACKET_LATER_FRAGMENT;
	else if (offset & 1)
		p->marks |= PACKET_FIRST_FRAGMENT;
}

static bool is_extension(unsigned next)
{
	return next == NEXT_HOP_BY_HOP || next == NEXT_ROUTING ||
	       next == NEXT_DESTINATION || next == NEXT_AUTHENTICATION ||
	       next == NEXT_MOBILITY || next == NEXT_HIP ||
	       next == NEXT_SHIM6 || next == NEXT_FRAGMENT;
}

/* RFC 8200 4: walks the chain to the transport header; its number. */
static uint8_t extensions_decode(struct packet *p, struct cursor *c,
				 uint8_t next)
{
	while (is_extension(next) && cursor_ok(c) &&
	       !(p->marks & PACKET_LATER_FRAGMENT)) {
		unsigned here = next;

		next = cursor_u8(c);
		if (here == NEXT_FRAGMENT) {
			fragment_decode(p, c);
		} else {
			unsigned words = cursor_u8(c);

			/* AH counts in units of four, less two (RFC 4302). */
			cursor_skip(c, here == NEXT_AUTHENTICATION
					       ? words * 4U + 6
					       : words * 8U + 6);
		}
	}

	return next;
}

static inline void ip6_decode(struct decode *d, const struct cursor *at)
{
	struct packet *p = d->packet;
	struct cursor c = *at;
	const uint8_t *fixed = cursor_bytes(&c, IP6_HEADER);
	struct cursor h, body;
	uint32_t rest;
	uint8_t next;
	size_t before;

	if (!fixed) {
		p->marks |= PACKET_TRUNCATED;
		return;
	}

	h = cursor_over(fixed, IP6_HEADER);
	p->flow_label = cursor_be32(&h) & 0xfffff;
	rest = cursor_be16(&h);
	next = cursor_u8(&h);
	p->ttl = cursor_u8(&h);
	p->version = 6;
	p->src = address_v6(fixed + IP6_ADDRESSES);
	p->dst = address_v6(fixed + IP6_ADDRESSES + 16);
	p->ip_id = 0;
	p->marks &= ~(uint32_t)(PACKET_DF | PACKET_PORTS);
	p->marks |= PACKET_TTL | PACKET_FLOW_LABEL;
	if (address_is_group(&p->dst))
		p->marks |= PACKET_MULTICAST;
	if (!rest) /* a jumbogram or an offload's super-frame */
		rest = (uint32_t)cursor_left(&c) + d->missing;

	body = cursor_take_most(&c, rest);
	before = cursor_left(&body);
	p->protocol = extensions_decode(p, &body, next);
	if (!cursor_ok(&body)) {
		p->protocol = PACKET_NOT_IP;
		p->marks |= PACKET_TRUNCATED;
		return;
	}

	transport_decode(d, &body,
			 rest - (uint32_t)(before - cursor_left(&body)));
}

void ip_decode(struct decode *d, const struct cursor *at)
{
	if (d->packet->depth++ >= DECODE_DEPTH)
		return;

	if ((cursor_peek(at) >> 4) == 4)
		ip4_decode(d, at);
	else if ((cursor_peek(at) >> 4) == 6)
		ip6_decode(d, at);
}
