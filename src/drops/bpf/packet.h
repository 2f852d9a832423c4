#pragma once

/* Packets and sockets, read; and whether they are asked for. */
#include "drops/bpf/kernel.h"
#include "drops/bpf/tell.h"

enum {
	INET = 2,
	INET6 = 10,
	ETHERTYPE_IP = 0x0800,
	ETHERTYPE_IPV6 = 0x86dd,
	TCP = 6,
	ICMP = 1,
	ICMPV6 = 58,
	SOLICITATION = 135,
	ADVERTISEMENT = 136,
	DST_NOREF = 1,
};

static __always_inline void put_v4(uint8_t to[16], uint32_t address)
{
	__builtin_memset(to, 0, 16);
	to[10] = to[11] = 0xff;
	__builtin_memcpy(to + 12, &address, 4);
}

static __always_inline bool is_same(const uint8_t a[16],
				    const volatile uint8_t b[16])
{
	const uint64_t *x = (const uint64_t *)a;
	const volatile uint64_t *y = (const volatile uint64_t *)b;

	return x[0] == y[0] && x[1] == y[1];
}

/* Neighbours and multicast groups are asked for all the time, and most is for
 * others: it counts only where somebody said why it is dropped. */
static __always_inline bool is_noise(const struct record *r)
{
	return r->to[0] == 0xff && r->to[1] == 2 &&
	       r->reason == bpf_core_enum_value(enum skb_drop_reason,
						SKB_DROP_REASON_NOT_SPECIFIED);
}

static __always_inline bool is_discovery(const struct record *r)
{
	return r->protocol == ICMPV6 &&
	       (r->icmp_type == SOLICITATION || r->icmp_type == ADVERTISEMENT);
}

/* What is asked for. A packet without ports (a later fragment, ICMP) is the
 * client's by its address; a neighbour's has none of both. */
static __always_inline bool is_wanted(const struct record *r, bool has_ports)
{
	if (config.has_reason && is_noise(r))
		return false;
	if (is_discovery(r))
		return true;
	if (config.has_client && !is_same(r->from, config.client) &&
	    !is_same(r->to, config.client))
		return false;
	if (!has_ports)
		return true;
	if (config.protocol && r->protocol != config.protocol)
		return false;

	return !config.port || r->from_port == config.port ||
	       r->to_port == config.port;
}

struct ip4 {
	uint8_t version_length, tos;
	uint16_t length, id, fragment;
	uint8_t ttl, protocol;
	uint16_t check;
	uint32_t from, to;
};

struct ip6 {
	uint32_t first;
	uint16_t length;
	uint8_t next, hops;
	uint8_t from[16], to[16];
};

struct ports {
	uint16_t from, to;
	uint32_t seq, ack;
	uint8_t offset, flags;
};

/* Where a packet's headers are; what is not in its head is not looked for. */
struct place {
	const unsigned char *at, *end;
	uint16_t ethertype;
	uint8_t protocol; /* of what is at at */
};

/* A reading costs more than its bytes: the fields are side by side, in all
 * kernels so far, and are read at once. */
static __always_inline bool read_fields(struct place *p,
					const struct sk_buff *skb)
{
	enum { CHUNK = 48 };

	const uint64_t first = bpf_core_field_offset(skb->protocol) & ~7ULL;
	uint64_t type = bpf_core_field_offset(skb->protocol) - first;
	uint64_t network = bpf_core_field_offset(skb->network_header) - first;
	uint64_t tail = bpf_core_field_offset(skb->tail) - first;
	uint64_t head = bpf_core_field_offset(skb->head) - first;
	uint64_t words[CHUNK / 8];
	const char *b = (const char *)words;

	if (network > CHUNK - 2 || tail > CHUNK - 4 || head > CHUNK - 8) {
		p->ethertype = bpf_ntohs(BPF_CORE_READ(skb, protocol));
		p->at = BPF_CORE_READ(skb, head);
		p->end = p->at + BPF_CORE_READ(skb, tail);
		p->at += BPF_CORE_READ(skb, network_header);
		return true;
	}
	/* Numbers for the kernel, not for the compiler, which would be clever. */
	barrier_var(type);
	barrier_var(network);
	barrier_var(tail);
	barrier_var(head);
	if (bpf_probe_read_kernel(words, sizeof(words),
				  (const char *)skb + first))
		return false;
	p->ethertype = bpf_ntohs(*(const uint16_t *)(b + type));
	p->at = *(const unsigned char *const *)(b + head);
	p->end = p->at + *(const uint32_t *)(b + tail);
	p->at += *(const uint16_t *)(b + network);
	return true;
}

/* IPv6's extension headers, as many as a sane packet has. */
static __always_inline void skip_options(struct place *p)
{
	enum { HOP = 0, ROUTING = 43, FRAGMENT = 44, OPTIONS = 60 };

	for (int i = 0; i < 4 && p->at; i++) {
		uint8_t h[4] = { 0 };

		if (p->protocol != HOP && p->protocol != ROUTING &&
		    p->protocol != FRAGMENT && p->protocol != OPTIONS)
			return;
		if (bpf_probe_read_kernel(h, sizeof(h), p->at)) {
			p->at = 0;
			return;
		}
		p->at += p->protocol == FRAGMENT ? 8 : (h[1] + 1) * 8;
		if (p->protocol == FRAGMENT && (h[2] || h[3] & 0xf8))
			p->at = 0;
		p->protocol = h[0];
	}
}

static __always_inline bool
read_transport(struct record *r, const struct ports *h, const struct place *p)
{
	if (!p->at || p->at + 4 > p->end)
		return false;
	if (p->protocol == ICMP || p->protocol == ICMPV6) {
		r->icmp_type = (uint8_t)h->from;
		r->icmp_code = (uint8_t)(h->from >> 8);
		return false;
	}
	r->from_port = bpf_ntohs(h->from);
	r->to_port = bpf_ntohs(h->to);
	if (p->protocol != TCP || p->at + sizeof(*h) > p->end)
		return true;
	r->seq = bpf_ntohl(h->seq);
	r->flags = h->flags;
	return true;
}

static __always_inline int read_v4(struct record *r, struct place *p)
{
	struct {
		struct ip4 ip;
		struct ports ports;
	} h;

	uint32_t length;

	if (bpf_probe_read_kernel(&h, sizeof(h), p->at) ||
	    h.ip.version_length >> 4 != 4)
		return 0;
	put_v4(r->from, h.ip.from);
	put_v4(r->to, h.ip.to);
	r->protocol = p->protocol = h.ip.protocol;
	length = (h.ip.version_length & 15) * 4;
	p->at += length;
	if (length != sizeof(h.ip) &&
	    bpf_probe_read_kernel(&h.ports, sizeof(h.ports), p->at))
		return 1;
	if (bpf_ntohs(h.ip.fragment) & 0x1fff) /* none of them the first */
		return 1;

	return read_transport(r, &h.ports, p) ? 2 : 1;
}

static __always_inline int read_v6(struct record *r, struct place *p)
{
	struct {
		struct ip6 ip;
		struct ports ports;
	} h;

	const unsigned char *behind = p->at + sizeof(h.ip);

	if (bpf_probe_read_kernel(&h, sizeof(h), p->at) ||
	    *(const uint8_t *)&h.ip >> 4 != 6)
		return 0;
	__builtin_memcpy(r->from, h.ip.from, 16);
	__builtin_memcpy(r->to, h.ip.to, 16);
	p->protocol = h.ip.next;
	p->at = behind;
	skip_options(p);
	r->protocol = p->protocol;
	if (p->at && p->at != behind &&
	    bpf_probe_read_kernel(&h.ports, sizeof(h.ports), p->at))
		return 1;

	return read_transport(r, &h.ports, p) ? 2 : 1;
}

/* 0: no packet of IP; else 1, and 2 if it has ports. */
static __always_inline int read_packet(struct record *r,
				       const struct sk_buff *skb)
{
	struct place p = { 0 };

	if (!read_fields(&p, skb))
		return 0;
	if (p.ethertype == ETHERTYPE_IP)
		return read_v4(r, &p);

	return p.ethertype == ETHERTYPE_IPV6 ? read_v6(r, &p) : 0;
}

/* Its device's, else its socket's, else its route's: what is sent has no device
 * yet. What stands in the place of a device may be something else. */
static __always_inline bool is_packet_here(const struct sk_buff *skb)
{
	struct net_device *dev = BPF_CORE_READ(skb, dev);
	const struct net *net = dev ? BPF_CORE_READ(dev, nd_net.net) : 0;
	struct sock *sk;

	if (net)
		return is_here(net);
	sk = BPF_CORE_READ(skb, sk);
	net = sk ? BPF_CORE_READ(sk, __sk_common.skc_net.net) : 0;
	if (!net) {
		unsigned long dst =
			BPF_CORE_READ(skb, _skb_refdst) & ~DST_NOREF;

		net = dst ? BPF_CORE_READ((struct dst_entry *)dst, dev,
					  nd_net.net)
			  : 0;
	}
	return is_here(net);
}

/* A packet that is asked for; it is of here. */
static __always_inline bool take_packet(struct record *r,
					const struct sk_buff *skb)
{
	const int got = read_packet(r, skb);

	return got && is_wanted(r, got == 2);
}

static __always_inline void read_addresses(struct record *r,
					   const struct sock_common *c)
{
	if (BPF_CORE_READ(c, skc_family) == INET6) {
		BPF_CORE_READ_INTO(&r->from, c, skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&r->to, c, skc_v6_daddr);
	} else {
		put_v4(r->from, BPF_CORE_READ(c, skc_rcv_saddr));
		put_v4(r->to, BPF_CORE_READ(c, skc_daddr));
	}
	r->from_port = BPF_CORE_READ(c, skc_num);
	r->to_port = bpf_ntohs(BPF_CORE_READ(c, skc_dport));
	r->cookie = (uint64_t)BPF_CORE_READ(c, skc_cookie.counter);
}

/* A socket that was refused has given its port back, but knows it. */
static __always_inline void read_port(struct record *r, const struct sock *sk)
{
	const struct inet_sock *inet = (const struct inet_sock *)sk;

	if (!r->from_port)
		r->from_port = bpf_ntohs(BPF_CORE_READ(inet, inet_sport));
}

/* A socket of IP, of here, and one that is asked for. */
static __always_inline bool read_socket(struct record *r, const struct sock *sk)
{
	const unsigned short family = BPF_CORE_READ(sk, __sk_common.skc_family);

	if ((family != INET && family != INET6) ||
	    !is_here(BPF_CORE_READ(sk, __sk_common.skc_net.net)))
		return false;
	read_addresses(r, &sk->__sk_common);
	read_port(r, sk);
	r->protocol = (uint8_t)BPF_CORE_READ(sk, sk_protocol);
	r->error = BPF_CORE_READ(sk, sk_err);
	r->soft_error = BPF_CORE_READ(sk, sk_err_soft);
	return is_wanted(r, true);
}
