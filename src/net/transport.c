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

/* The header's length, out of the word that has the flags. */
static uint32_t tcp_head(uint16_t flags)
{
	return (uint32_t)(flags >> 12) * 4;
}

/* Only a part of the header was captured, or it is not one. Up to the flags it
 * may be there: enough for most verdicts. */
static void tcp_cut(struct packet *p, struct cursor c)
{
	bool is_enough = cursor_left(&c) >= 14;
	uint16_t flags;

	p->marks |= PACKET_TRUNCATED;
	p->sport = cursor_be16(&c);
	p->dport = cursor_be16(&c);
	if (!cursor_ok(&c))
		return;

	p->marks |= PACKET_PORTS;
	p->tcp.window_scale = 0xff;
	p->tcp.seq = cursor_be32(&c);
	p->tcp.ack = cursor_be32(&c);
	flags = cursor_be16(&c);
	p->tcp.window = cursor_be16(&c);
	if (!is_enough || tcp_head(flags) < TCP_HEADER)
		return;

	p->tcp.flags = flags & 0x1ff;
	p->marks |= PACKET_SEQ;
}

void tcp_decode(struct decode *d, const struct cursor *at, uint32_t length)
{
	struct packet *p = d->packet;
	struct cursor c = *at;
	const uint8_t *fixed = cursor_bytes(&c, TCP_HEADER);
	struct cursor h;
	uint32_t head;
	uint16_t flags;

	if (!fixed) {
		tcp_cut(p, *at);
		return;
	}

	h = cursor_over(fixed, TCP_HEADER);
	p->sport = cursor_be16(&h);
	p->dport = cursor_be16(&h);
	p->tcp.window_scale = 0xff;
	p->tcp.seq = cursor_be32(&h);
	p->tcp.ack = cursor_be32(&h);
	flags = cursor_be16(&h);
	p->tcp.window = cursor_be16(&h);
	head = tcp_head(flags);
	if (head < TCP_HEADER || head > length) {
		tcp_cut(p, *at);
		return;
	}

	p->tcp.flags = flags & 0x1ff;
	p->marks |= PACKET_PORTS | PACKET_SEQ;
	syn_checksum(p, at, length);
	if (head > TCP_HEADER) {
		struct cursor options = cursor_take_most(&c, head - TCP_HEADER);

		if (cursor_left(&options) < head - TCP_HEADER)
			p->marks |= PACKET_TRUNCATED;
		tcp_options_decode(p, &options);
	} else {
		p->marks |= PACKET_OPTIONS;
	}
	payload(p, &c, length - head);
}

void udp_decode(struct decode *d, const struct cursor *at, uint32_t length)
{
	struct packet *p = d->packet;
	struct cursor c = *at;
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
	if (tunnel_decode(d, &c, len - UDP_HEADER))
		return;

	payload(p, &c, len - UDP_HEADER);
}
