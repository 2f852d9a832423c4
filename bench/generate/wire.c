#include "wire.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PROTO_ICMP = 1,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_ICMP6 = 58,
	QUOTE_4 = 548,  /* RFC 1812: 576 bytes in all */
	QUOTE_6 = 1232, /* RFC 4443: 1280 bytes in all */
	FILL_BYTES = 1 << 16,
};

struct wire {
	uint8_t fill[FILL_BYTES + WIRE_MAX];
};

struct wire *wire_new(void)
{
	struct wire *w = malloc(sizeof(*w));

	if (!w)
		return NULL;

	for (uint32_t i = 0; i < FILL_BYTES; i++)
		w->fill[i] = (uint8_t)('a' + (i * 2654435761U >> 24) % 26);
	memcpy(w->fill + FILL_BYTES, w->fill, WIRE_MAX);
	return w;
}

void wire_free(struct wire *w)
{
	free(w);
}

static uint8_t *put8(uint8_t *p, unsigned v)
{
	*p = (uint8_t)v;
	return p + 1;
}

static uint8_t *put16(uint8_t *p, unsigned v)
{
	return put8(put8(p, v >> 8), v);
}

static uint8_t *put32(uint8_t *p, uint32_t v)
{
	return put16(put16(p, v >> 16), v & 0xffff);
}

static uint8_t *put_bytes(uint8_t *p, const void *data, size_t len)
{
	memcpy(p, data, len);
	return p + len;
}

/* RFC 1071: the sum does not depend on the byte order in which it is taken. */
static uint64_t sum(uint64_t acc, const uint8_t *p, size_t len)
{
	uint32_t v32;
	uint16_t v16;

	for (; len >= 4; p += 4, len -= 4) {
		memcpy(&v32, p, 4);
		acc += v32;
	}
	for (; len >= 2; p += 2, len -= 2) {
		memcpy(&v16, p, 2);
		acc += v16;
	}
	if (len) {
		v16 = 0;
		memcpy(&v16, p, 1);
		acc += v16;
	}
	return acc;
}

static void put_sum(uint8_t *where, uint64_t acc)
{
	uint16_t v;

	while (acc >> 16)
		acc = (acc & 0xffff) + (acc >> 16);
	v = (uint16_t)~acc;
	memcpy(where, &v, 2);
}

/* Over the pseudo header as well, which ICMP of IPv4 has not. */
static void put_transport_sum(const uint8_t *ip, bool v6, unsigned proto,
			      uint8_t *start, size_t len, size_t at)
{
	uint64_t acc = 0;

	if (proto != PROTO_ICMP) {
		acc = v6 ? sum(0, ip + 8, 32) : sum(0, ip + 12, 8);
		acc += htons((uint16_t)proto);
		acc += htons((uint16_t)len);
	}
	put_sum(start + at, sum(acc, start, len));
	if (proto == PROTO_UDP && !start[at] && !start[at + 1])
		memset(start + at, 0xff, 2);
}

/* The head of an HTTP message of so many bytes, head and body. */
static size_t head_of(char *out, size_t size, uint32_t bytes, int content)
{
	static const char form[] = "%sContent-Length: %07u\r\n\r\n";
	const char *first = content == WIRE_POST
				    ? "POST /upload HTTP/1.1\r\n"
				      "Host: www.example.net\r\n"
				    : "HTTP/1.1 200 OK\r\nServer: bench\r\n"
				      "Content-Type: text/plain\r\n";
	uint32_t head = (uint32_t)(strlen(first) + 27);

	return (size_t)snprintf(out, size, form, first,
				bytes > head ? bytes - head : 0);
}

static void put_dns(uint8_t *p, const struct wire_segment *s)
{
	bool answer = s->content == WIRE_DNS_ANSWER;
	unsigned type = s->flow->v6 ? 28 : 1;
	char name[16];

	(void)snprintf(name, sizeof(name), "%07x", s->arg & 0xfffffff);
	p = put16(p, s->arg);
	p = put16(p, answer ? 0x8180 : 0x0100);
	p = put16(put16(p, 1), answer);
	p = put16(put16(p, 0), 0);
	p = put_bytes(put8(p, 7), name, 7);
	p = put_bytes(p, "\7example\3net", 13);
	p = put16(put16(p, type), 1);
	if (!answer)
		return;

	p = put16(put16(put16(p, 0xc00c), type), 1);
	p = put16(put32(p, 300), s->flow->v6 ? 16 : 4);
	(void)put_bytes(p, s->flow->host[SERVER].ip, s->flow->v6 ? 16 : 4);
}

static void put_content(const struct wire *w, uint8_t *p,
			const struct wire_segment *s)
{
	size_t len = s->len;
	char head[160] = "";
	size_t n = 0;

	if (!len)
		return;
	if (s->content == WIRE_DNS_QUERY || s->content == WIRE_DNS_ANSWER) {
		put_dns(p, s);
		return;
	}

	memcpy(p, w->fill + s->seq % FILL_BYTES, len);
	if (s->content == WIRE_GET) {
		n = (size_t)snprintf(head, sizeof(head),
				     "GET /item/%08x HTTP/1.1\r\n"
				     "Host: www.example.net\r\nCookie: a=",
				     s->seq);
		if (len >= 4)
			(void)put32(p + len - 4, 0x0d0a0d0a);
	} else if (s->content == WIRE_POST || s->content == WIRE_OK) {
		n = head_of(head, sizeof(head), s->arg, s->content);
	}
	memcpy(p, head, n < len ? n : len);
}

static uint8_t *put_syn_options(uint8_t *p, const struct wire_segment *s)
{
	const struct wire_host *h = &s->flow->host[s->side];
	bool stamps = s->flow->stamps;

	p = put16(put16(p, 0x0204), h->mss);
	if (h->style == WIRE_LINUX && stamps) {
		p = put16(put16(p, 0x0402), 0x080a);
		p = put32(put32(p, s->stamp), s->echo);
		return put32(p, 0x01030300U | h->scale);
	}
	if (h->style == WIRE_LINUX) {
		p = put32(p, 0x01010402);
		return put32(p, 0x01030300U | h->scale);
	}

	p = put32(p, 0x01030300U | h->scale);
	if (h->style == WIRE_WINDOWS)
		return put32(p, 0x01010402);
	p = put32(p, 0x0101080a);
	p = put32(put32(p, s->stamp), s->echo);
	return put32(p, 0x04020000);
}

static uint8_t *put_options(uint8_t *p, const struct wire_segment *s)
{
	if (s->flags & WIRE_SYN)
		return put_syn_options(p, s);

	if (s->flow->stamps && !s->bare) {
		p = put32(p, 0x0101080a);
		p = put32(put32(p, s->stamp), s->echo);
	}
	if (s->blocks) {
		p = put16(p, 0x0101);
		p = put8(put8(p, 5), 2 + 8U * s->blocks);
	}
	for (unsigned i = 0; i < s->blocks; i++)
		p = put32(put32(p, s->block[i][0]), s->block[i][1]);
	return p;
}

static size_t put_tcp(const struct wire *w, uint8_t *ip, uint8_t *start,
		      const struct wire_segment *s)
{
	const struct wire_flow *f = s->flow;
	uint8_t *p = start;
	size_t len;

	p = put16(p, f->host[s->side].port);
	p = put16(p, f->host[!s->side].port);
	p = put32(put32(p, s->seq), s->ack);
	p = put16(p, s->flags);
	p = put16(p, s->window);
	p = put32(p, 0);
	p = put_options(p, s);
	start[12] = (uint8_t)((p - start) / 4 << 4);
	put_content(w, p, s);
	len = (size_t)(p - start) + s->len;
	put_transport_sum(ip, f->v6, PROTO_TCP, start, len, 16);
	return len;
}

static size_t put_udp(const struct wire *w, uint8_t *ip, uint8_t *start,
		      const struct wire_segment *s)
{
	const struct wire_flow *f = s->flow;
	size_t len = 8U + s->len;
	uint8_t *p = start;

	p = put16(p, f->host[s->side].port);
	p = put16(p, f->host[!s->side].port);
	p = put32(p, (uint32_t)len << 16);
	put_content(w, p, s);
	put_transport_sum(ip, f->v6, PROTO_UDP, start, len, 6);
	return len;
}

static unsigned icmp_of(const struct wire_flow *f)
{
	return f->v6 ? PROTO_ICMP6 : PROTO_ICMP;
}

static size_t put_echo(const struct wire *w, uint8_t *ip, uint8_t *start,
		       const struct wire_segment *s)
{
	static const uint8_t types[2][2] = { { 8, 0 }, { 128, 129 } };
	const struct wire_flow *f = s->flow;
	size_t len = 8U + s->len;
	uint8_t *p = start;

	p = put32(p, (uint32_t)types[f->v6][s->side] << 24);
	p = put16(put16(p, f->host[CLIENT].port), s->seq);
	put_content(w, p, s);
	put_transport_sum(ip, f->v6, icmp_of(f), start, len, 2);
	return len;
}

struct ip_head {
	const uint8_t *src, *dst;
	uint32_t label;
	uint16_t id;
	uint8_t proto, ttl, tos;
	bool may_fragment;
};

/* The header in front of a body that is already there is filled in last, its
 * addresses first: the body's checksum needs them. */
static void put_addresses(uint8_t *ip, bool v6, const struct ip_head *h)
{
	size_t n = v6 ? 16 : 4;

	memcpy(ip + (v6 ? 8 : 12), h->src, n);
	memcpy(ip + (v6 ? 24 : 16), h->dst, n);
}

static size_t put_ip(uint8_t *ip, bool v6, const struct ip_head *h, size_t len)
{
	uint8_t *p = ip;

	if (v6) {
		p = put32(p, 0x60000000U | h->label);
		p = put16(p, (unsigned)len);
		(void)put8(put8(p, h->proto), h->ttl);
		return 40 + len;
	}

	p = put8(put8(p, 0x45), h->tos);
	p = put16(p, (unsigned)len + 20);
	p = put16(put16(p, h->id), h->may_fragment ? 0 : 0x4000);
	p = put8(put8(p, h->ttl), h->proto);
	(void)put16(p, 0);
	put_sum(p, sum(0, ip, 20));
	return 20 + len;
}

/* The IP packet of an end, with the ttl that is left where it is looked at. */
static size_t put_packet(const struct wire *w, uint8_t *ip,
			 const struct wire_segment *s, int ttl)
{
	const struct wire_flow *f = s->flow;
	const struct wire_host *h = &f->host[s->side];
	uint8_t *start = ip + (f->v6 ? 40 : 20);
	struct ip_head head = {
		.src = h->ip,
		.dst = f->host[!s->side].ip,
		.label = h->label,
		.id = s->id,
		.ttl = (uint8_t)ttl,
		.proto = PROTO_TCP,
	};
	size_t len = 0;

	put_addresses(ip, f->v6, &head);
	if (s->kind == WIRE_UDP || (s->kind == WIRE_ERROR && !s->flags)) {
		len = put_udp(w, ip, start, s);
		head.proto = PROTO_UDP;
	} else if (s->kind == WIRE_ECHO) {
		len = put_echo(w, ip, start, s);
		head.proto = (uint8_t)icmp_of(f);
	} else {
		len = put_tcp(w, ip, start, s);
	}
	return put_ip(ip, f->v6, &head, len);
}

static size_t put_error(const struct wire *w, uint8_t *ip,
			const struct wire_segment *s)
{
	const struct wire_flow *f = s->flow;
	const struct wire_host *from = &f->host[!s->side];
	const struct wire_host *to = &f->host[s->side];
	uint8_t *start = ip + (f->v6 ? 40 : 20);
	size_t most = f->v6 ? QUOTE_6 : QUOTE_4;
	uint8_t quoted[WIRE_MAX];
	struct ip_head head = {
		.src = s->by_router ? f->router : from->ip,
		.dst = to->ip,
		.id = (uint16_t)(s->id + 1),
		.ttl = s->by_router ? 63 : from->ttl,
		.tos = 0xc0,
		.proto = (uint8_t)icmp_of(f),
		.may_fragment = true,
	};
	size_t len = put_packet(w, quoted, s,
				to->ttl - (s->by_router ? 1 : from->hops));

	if (len > most)
		len = most;
	put_addresses(ip, f->v6, &head);
	(void)put32(put16(put8(put8(start, s->type), s->code), 0), s->mtu);
	memcpy(start + 8, quoted, len);
	put_transport_sum(ip, f->v6, head.proto, start, 8 + len, 2);
	return put_ip(ip, f->v6, &head, 8 + len);
}

size_t wire_build(const struct wire *w, const struct wire_segment *s,
		  uint8_t *out)
{
	const struct wire_flow *f = s->flow;
	unsigned from = s->kind == WIRE_ERROR ? !s->side : s->side;
	uint8_t *p = put_bytes(out, f->host[!from].mac, 6);

	p = put_bytes(p, f->host[from].mac, 6);
	p = put16(p, f->v6 ? 0x86dd : 0x0800);
	if (s->routed) {
		out[5] ^= 0x80;
		out[11] ^= 0x80;
	}
	if (s->kind == WIRE_ERROR)
		return 14 + put_error(w, p, s);
	return 14 + put_packet(w, p, s, f->host[s->side].ttl - s->routed);
}
