#include "net/checksum.h"
#include "net/decode.h"

enum { TCP_HEADER = 20, UDP_HEADER = 8 };

/* The pseudo-header of RFC 9293 3.1 and RFC 8200 8.1: both add up alike when
 * only the last four bytes of an IPv4 address count. */
static uint64_t pseudo_header(const struct packet *p, uint32_t length)
{
	size_t skip = p->version == 4 ? 12 : 0;
	uint64_t sum = (uint64_t)p->protocol + length;

	sum = checksum_add(sum, p->src.bytes + skip, 16 - skip);
	return checksum_add(sum, p->dst.bytes + skip, 16 - skip);
}

/* A SYN that arrives with a wrong checksum is dropped without a trace; other
 * segments are not worth the time, and offload makes most of them wrong. */
static void syn_checksum(struct packet *p, const struct cursor *c,
			 uint32_t length)
{
	uint64_t sum;

	if ((p->tcp.flags & (TCP_SYN | TCP_ACK)) != TCP_SYN ||
	    cursor_left(c) != length || p->marks & PACKET_FIRST_FRAGMENT)
		return;

	sum = checksum_add(pseudo_header(p, length), c->pos, length);
	if (checksum_fold(sum))
		p->marks |= PACKET_BAD_CHECKSUM;
	else
		p->marks |= PACKET_GOOD_CHECKSUM;
}

static void payload(struct packet *p, const struct cursor *c, uint32_t len)
{
	p->payload = c->pos;
	p->payload_caplen = (uint32_t)cursor_left(c);
	p->payload_len = len;
	if (p->payload_caplen > len)
		p->payload_caplen = len;
	p->marks |= PACKET_LENGTH;
}

void tcp_decode(struct decode *d, struct cursor c, uint32_t length)
{
	struct packet *p = d->packet;
	const struct cursor whole = c;
	uint32_t head;
	uint16_t flags;

	p->sport = cursor_be16(&c);
	p->dport = cursor_be16(&c);
	if (!cursor_ok(&c)) {
		p->marks |= PACKET_TRUNCATED;
		return;
	}

	p->marks |= PACKET_PORTS;
	p->tcp.window_scale = 0xff;
	p->tcp.seq = cursor_be32(&c);
	p->tcp.ack = cursor_be32(&c);
	flags = cursor_be16(&c);
	p->tcp.window = cursor_be16(&c);
	cursor_skip(&c, 4);
	head = (uint32_t)(flags >> 12) * 4;
	p->tcp.flags = flags & 0x1ff;
	if (!cursor_ok(&c) || head < TCP_HEADER || head > length) {
		/* Up to the flags it may be there: enough for most verdicts. */
		if (cursor_left(&whole) >= 14 && head >= TCP_HEADER)
			p->marks |= PACKET_SEQ;
		else
			p->tcp.flags = 0;
		p->marks |= PACKET_TRUNCATED;
		return;
	}

	p->marks |= PACKET_SEQ;
	syn_checksum(p, &whole, length);
	if (head > TCP_HEADER) {
		struct cursor options = cursor_take_most(&c, head - TCP_HEADER);

		if (cursor_left(&options) < head - TCP_HEADER)
			p->marks |= PACKET_TRUNCATED;
		tcp_options_decode(p, options);
	} else {
		p->marks |= PACKET_OPTIONS;
	}
	payload(p, &c, length - head);
}

void udp_decode(struct decode *d, struct cursor c, uint32_t length)
{
	struct packet *p = d->packet;
	uint32_t len;

	p->sport = cursor_be16(&c);
	p->dport = cursor_be16(&c);
	if (!cursor_ok(&c)) {
		p->marks |= PACKET_TRUNCATED;
		return;
	}

	p->marks |= PACKET_PORTS;
	len = cursor_be16(&c);
	cursor_skip(&c, 2);
	if (!cursor_ok(&c)) {
		p->marks |= PACKET_TRUNCATED;
		return;
	}

	/* 0 is a jumbogram or an offload's super-frame (RFC 2675 4). */
	if (len < UDP_HEADER)
		len = length < UDP_HEADER ? UDP_HEADER : length;
	if (tunnel_decode(d, c, len - UDP_HEADER))
		return;

	payload(p, &c, len - UDP_HEADER);
}
