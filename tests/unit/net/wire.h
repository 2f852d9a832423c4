#pragma once

/*
 * Frames for tests, written header by header, and what packet_decode() makes of
 * them. Included after cmocka.h.
 *
 * The frame is decoded from a block of just its length, so that a sanitizer
 * sees every read beyond it.
 */
#include <stdlib.h>
#include <string.h>

#include "net/checksum.h"
#include "net/frame.h"
#include "net/link.h"
#include "net/packet.h"

enum { WIRE_MOST = 2048, A4 = 0x0a010007, B4 = 0xac100102 };

struct wire {
	uint8_t data[WIRE_MOST];
	size_t len;
};

static inline void put(struct wire *w, uint64_t value, unsigned len)
{
	assert_true(w->len + len <= WIRE_MOST);
	while (len--)
		w->data[w->len++] = (uint8_t)(value >> 8 * len);
}

static inline void put_bytes(struct wire *w, const void *data, size_t len)
{
	assert_true(w->len + len <= WIRE_MOST);
	memcpy(w->data + w->len, data, len);
	w->len += len;
}

static inline void patch16(struct wire *w, size_t at, size_t value)
{
	w->data[at] = (uint8_t)(value >> 8);
	w->data[at + 1] = (uint8_t)value;
}

static inline void put_macs(struct wire *w)
{
	put(w, UINT64_C(0x020000000002), 6);
	put(w, UINT64_C(0x020000000001), 6);
}

static inline void put_ethernet(struct wire *w, uint16_t type)
{
	put_macs(w);
	put(w, type, 2);
}

/* Total length 0; end4() sets it. Where the header begins. */
static inline size_t put_ip4(struct wire *w, uint8_t protocol)
{
	size_t at = w->len;

	put(w, 0x4500, 2);
	put(w, 0, 2);
	put(w, 0x12f14000, 4);
	put(w, 64, 1);
	put(w, protocol, 1);
	put(w, 0, 2);
	put(w, A4, 4);
	put(w, B4, 4);
	return at;
}

static inline void end4(struct wire *w, size_t at)
{
	patch16(w, at + 2, w->len - at);
}

/* Payload length 0; end6() sets it. */
static inline size_t put_ip6(struct wire *w, uint8_t next)
{
	size_t at = w->len;

	put(w, 0x600abcde, 4);
	put(w, 0, 2);
	put(w, next, 1);
	put(w, 63, 1);
	put(w, UINT64_C(0x20010db800000000), 8);
	put(w, 1, 8);
	put(w, UINT64_C(0x20010db800000000), 8);
	put(w, 2, 8);
	return at;
}

static inline void end6(struct wire *w, size_t at)
{
	patch16(w, at + 4, w->len - at - 40);
}

/* 50502 > 5555, checksum 0, and room for options. */
static inline size_t put_tcp(struct wire *w, uint16_t flags, unsigned options)
{
	size_t at = w->len;

	put(w, 50502, 2);
	put(w, 5555, 2);
	put(w, 0xb1c7d82e, 4);
	put(w, 0x01020304, 4);
	put(w, (20 + options) / 4 << 12 | flags, 2);
	put(w, 64240, 2);
	put(w, 0, 4);
	return at;
}

static inline void put_udp(struct wire *w, uint16_t port, uint16_t len)
{
	put(w, 40000, 2);
	put(w, port, 2);
	put(w, len, 2);
	put(w, 0, 2);
}

/* An IPv4 SYN without options, complete. */
static inline void put_syn(struct wire *w)
{
	size_t at = put_ip4(w, PACKET_TCP);

	(void)put_tcp(w, TCP_SYN, 0);
	end4(w, at);
}

/* As a snaplen of caplen would keep it. The payload that p points to lives
 * until the next call. */
static inline void decode_cut(struct packet *p, const struct wire *w,
			      uint16_t link, size_t caplen)
{
	static uint8_t *held;

	uint8_t *data = (uint8_t *)realloc(held, caplen + !caplen);
	const struct frame f = {
		.time_ns = 7,
		.number = 9,
		.caplen = (uint32_t)caplen,
		.len = (uint32_t)w->len,
		.link = link,
		.data = data,
	};

	assert_non_null(data);
	held = data;
	memcpy(data, w->data, caplen);
	memset(p, 0xa5, sizeof(*p));
	packet_decode(p, &f);
}

static inline void decode(struct packet *p, const struct wire *w, uint16_t link)
{
	decode_cut(p, w, link, w->len);
}

/* It is the SYN of put_syn(), reached through depth headers. */
static inline void assert_syn(const struct packet *p, unsigned depth)
{
	const struct address a = address_v4(A4);
	const struct address b = address_v4(B4);

	assert_int_equal(p->protocol, PACKET_TCP);
	assert_int_equal(p->version, 4);
	assert_true(address_equal(&p->src, &a));
	assert_true(address_equal(&p->dst, &b));
	assert_int_equal(p->sport, 50502);
	assert_int_equal(p->dport, 5555);
	assert_int_equal(p->tcp.flags, TCP_SYN);
	assert_true(p->tcp.seq == 0xb1c7d82e);
	assert_int_equal(p->marks & PACKET_TRUNCATED, 0);
	assert_int_equal(p->depth, depth);
}
