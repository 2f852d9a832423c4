#include "net/icmp.h"

#include "net/decode.h"

/* RFC 792: the header of the packet in question and 64 bits behind it, or as
 * much as fits (RFC 1812 4.3.2.3). Decoded like any other packet. */
static void quote_decode(struct packet *p, const struct cursor *at)
{
	struct packet inner = { 0 };
	struct decode d = { .packet = &inner };
	struct packet_quote *q = &p->icmp.quote;

	/* A quote inside a quote is not looked at: its depth began near the end. */
	if (p->depth >= DECODE_DEPTH - 1)
		return;

	/* An error about an error is not sent (RFC 1122 3.2.2), and not read. */
	inner.depth = DECODE_DEPTH - 2;
	ip_decode(&d, at);
	if (!inner.version)
		return;

	q->protocol = inner.protocol;
	q->src = inner.src;
	q->dst = inner.dst;
	q->has_ports = inner.marks & PACKET_PORTS;
	q->sport = inner.sport;
	q->dport = inner.dport;
	if (inner.protocol == PACKET_UDP && inner.payload_caplen >= 2)
		q->udp_head =
			(uint16_t)(inner.payload[0] << 8 | inner.payload[1]);
	if (inner.protocol == PACKET_TCP && q->has_ports) {
		q->seq = inner.tcp.seq;
		p->marks |= PACKET_QUOTED_TCP_SEQ;
	}
}

static void echo_decode(struct packet *p, struct cursor *c)
{
	p->icmp.id = cursor_be16(c);
	p->icmp.sequence = cursor_be16(c);
	p->sport = p->icmp.id;
	p->dport = p->icmp.id;
	if (cursor_ok(c))
		p->marks |= PACKET_PORTS;
}

void icmp_decode(struct decode *d, const struct cursor *at)
{
	struct packet *p = d->packet;
	struct cursor c = *at;
	uint8_t type = cursor_u8(&c);
	uint8_t code = cursor_u8(&c);

	if (!cursor_ok(&c)) {
		p->protocol = PACKET_NOT_IP;
		return;
	}

	p->icmp.type = type;
	p->icmp.code = code;
	cursor_skip(&c, 2);
	if (type == ICMP_ECHO || type == ICMP_ECHO_REPLY) {
		echo_decode(p, &c);
	} else if (type == ICMP_UNREACHABLE || type == ICMP_TIME_EXCEEDED) {
		cursor_skip(&c, 2);
		p->icmp.mtu = cursor_be16(&c);
		if (type != ICMP_UNREACHABLE ||
		    code != ICMP_FRAGMENTATION_NEEDED)
			p->icmp.mtu = 0;
		quote_decode(p, &c);
	}
}

void icmp6_decode(struct decode *d, const struct cursor *at)
{
	struct packet *p = d->packet;
	struct cursor c = *at;
	uint8_t type = cursor_u8(&c);
	uint8_t code = cursor_u8(&c);

	if (!cursor_ok(&c)) {
		p->protocol = PACKET_NOT_IP;
		return;
	}

	p->icmp.type = type;
	p->icmp.code = code;
	cursor_skip(&c, 2);
	if (type == ICMP6_ECHO || type == ICMP6_ECHO_REPLY) {
		echo_decode(p, &c);
	} else if (type >= ICMP6_UNREACHABLE && type <= ICMP6_PARAMETER) {
		p->icmp.mtu = cursor_be32(&c);
		if (type != ICMP6_PACKET_TOO_BIG)
			p->icmp.mtu = 0;
		quote_decode(p, &c);
	} else if (type == ICMP6_NEIGHBOUR_SOLICITATION ||
		   type == ICMP6_NEIGHBOUR_ADVERTISEMENT) {
		const uint8_t *target;

		cursor_skip(&c, 4);
		target = cursor_bytes(&c, 16);
		if (target)
			p->icmp.target = address_v6(target);
	}
}
