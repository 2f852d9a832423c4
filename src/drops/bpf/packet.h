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

static __always_inline bool is_here(const struct net *net)
{
	return net && BPF_CORE_READ(net, ns.inum) == config.space;
}

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

struct place {
	const unsigned char *at; /* behind the network header; NULL: cut off */
	uint8_t protocol;
};

/* IPv6's extension headers, as many as a sane packet has. */
static __always_inline struct place behind_options(struct place p)
{
	enum { HOP = 0, ROUTING = 43, FRAGMENT = 44, OPTIONS = 60 };

	for (int i = 0; i < 4; i++) {
		uint8_t h[4] = { 0 };

		if (p.protocol != HOP && p.protocol != ROUTING &&
		    p.protocol != FRAGMENT && p.protocol != OPTIONS)
			return p;
		if (bpf_probe_read_kernel(h, sizeof(h), p.at))
			return (struct place){ 0, p.protocol };
		if (p.protocol == FRAGMENT && ((h[2] | h[3]) & 0xf8 || h[2]))
			return (struct place){ 0, h[0] };
		p.at += p.protocol == FRAGMENT ? 8 : (h[1] + 1) * 8;
		p.protocol = h[0];
	}
	return (struct place){ 0, p.protocol };
}

static __always_inline struct place read_v4(struct record *r,
					    const unsigned char *at)
{
	struct ip4 h;

	if (bpf_probe_read_kernel(&h, sizeof(h), at) ||
	    h.version_length >> 4 != 4)
		return (struct place){ 0, 0 };
	put_v4(r->from, h.from);
	put_v4(r->to, h.to);
	if (h.fragment & 0xff1f) /* its offset, of which network order is */
		return (struct place){ 0, h.protocol };

	return (struct place){ at + (h.version_length & 15) * 4, h.protocol };
}

static __always_inline struct place read_v6(struct record *r,
					    const unsigned char *at)
{
	struct ip6 h;

	if (bpf_probe_read_kernel(&h, sizeof(h), at) ||
	    (h.first & 0xf0) != 0x60)
		return (struct place){ 0, 0 };
	__builtin_memcpy(r->from, h.from, 16);
	__builtin_memcpy(r->to, h.to, 16);
	return behind_options((struct place){ at + sizeof(h), h.next });
}

static __always_inline bool read_transport(struct record *r, struct place p)
{
	struct ports h = { 0 };

	if (!p.at)
		return false;
	if (p.protocol == ICMP || p.protocol == ICMPV6) {
		uint8_t head[2] = { 0 };

		(void)bpf_probe_read_kernel(head, sizeof(head), p.at);
		r->icmp_type = head[0];
		r->icmp_code = head[1];
		return false;
	}
	if (p.protocol == TCP)
		(void)bpf_probe_read_kernel(&h, sizeof(h), p.at);
	else
		(void)bpf_probe_read_kernel(&h, 4, p.at);
	r->from_port = __builtin_bswap16(h.from);
	r->to_port = __builtin_bswap16(h.to);
	r->seq = __builtin_bswap32(h.seq);
	r->flags = h.flags;
	return true;
}

/* 0: no packet of IP; else 1, and 2 if it has ports. */
static __always_inline int read_packet(struct record *r,
				       const struct sk_buff *skb)
{
	const uint16_t protocol =
		__builtin_bswap16(BPF_CORE_READ(skb, protocol));
	struct place p = { 0, 0 };
	const unsigned char *at;

	if (protocol != ETHERTYPE_IP && protocol != ETHERTYPE_IPV6)
		return 0;
	at = BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, network_header);
	p = protocol == ETHERTYPE_IP ? read_v4(r, at) : read_v6(r, at);
	if (!p.protocol)
		return 0;
	r->protocol = p.protocol;
	return read_transport(r, p) ? 2 : 1;
}

/* Its device's, else its socket's, else its route's: what is sent has no device
 * yet. What stands in the place of a device may be something else. */
static __always_inline bool is_packet_here(struct record *r,
					   const struct sk_buff *skb)
{
	struct net_device *dev = BPF_CORE_READ(skb, dev);
	const struct net *net = dev ? BPF_CORE_READ(dev, nd_net.net) : 0;
	struct sock *sk;

	if (net) {
		if (!is_here(net))
			return false;
		r->device = (uint32_t)BPF_CORE_READ(dev, ifindex);
		return true;
	}
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
	r->to_port = __builtin_bswap16(BPF_CORE_READ(c, skc_dport));
	r->cookie = (uint64_t)BPF_CORE_READ(c, skc_cookie.counter);
}

/* A socket that was refused has given its port back, but knows it. */
static __always_inline void read_port(struct record *r, const struct sock *sk)
{
	const struct inet_sock *inet = (const struct inet_sock *)sk;

	if (!r->from_port)
		r->from_port =
			__builtin_bswap16(BPF_CORE_READ(inet, inet_sport));
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
