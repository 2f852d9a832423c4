#pragma once

/*
 * Whether a dropped packet can be one that is asked for, at a glance: most are
 * of others, and come by the hundred thousand. A kernel that takes our word for
 * what an address points to (Linux 6.2) lets it be loaded like any memory; each
 * bpf_probe_read_kernel() costs ten times as much. What is not plainly another's
 * is looked at in full (packet.h).
 */
#include "drops/bpf/kernel.h"
#include "drops/bpf/packet.h"
#include "drops/bpf/tell.h"

/* No call, once it is loaded. What cannot be read is 0. */
extern void *bpf_rdonly_cast(const void *object, __u32 type) __ksym __weak;

#define AS(type, at)                                                           \
	((const type *)bpf_rdonly_cast((const void *)(at),                     \
				       bpf_core_type_id_kernel(type)))

/* As is_packet_here(). */
static __always_inline bool is_of_here(const struct sk_buff *skb)
{
	const struct net_device *dev = skb->dev;
	const struct net *net = dev ? dev->nd_net.net : 0;

	if (!net)
		return is_packet_here(skb);
	if (!shared.space && net->ns.inum != config.space)
		return false;
	return is_here(net);
}

static __always_inline bool is_clients_v4(const struct iphdr *ip)
{
	const volatile uint32_t *client =
		(const volatile uint32_t *)config.client;

	return !config.has_client || ip->saddr == client[3] ||
	       ip->daddr == client[3];
}

static __always_inline bool is_client_v6(const struct in6_addr *a)
{
	const volatile uint32_t *client =
		(const volatile uint32_t *)config.client;
	const uint32_t *x = (const uint32_t *)a;

	return x[0] == client[0] && x[1] == client[1] && x[2] == client[2] &&
	       x[3] == client[3];
}

static __always_inline bool is_clients_v6(const struct ipv6hdr *ip)
{
	return !config.has_client || is_client_v6(&ip->saddr) ||
	       is_client_v6(&ip->daddr);
}

/* What has ports: they are at at. */
static __always_inline bool may_be_of_flow(uint8_t protocol, uint64_t at)
{
	const struct tcphdr *h;

	if (config.protocol && protocol != config.protocol)
		return false;
	if (!config.port)
		return true;
	h = AS(struct tcphdr, at);
	return h->source == bpf_htons(config.port) ||
	       h->dest == bpf_htons(config.port);
}

/* Without options, whole, and of a protocol with ports. */
static __always_inline bool may_want_v4(uint64_t at, uint64_t end)
{
	enum { PLAIN = 0x45, HEADER = 20, UDP = 17 };

	const struct iphdr *ip = AS(struct iphdr, at);
	const uint8_t protocol = ip->protocol;

	if (protocol != TCP && protocol != UDP)
		return true;
	if (!is_clients_v4(ip))
		return false;
	if (*(const uint8_t *)ip != PLAIN || ip->frag_off & bpf_htons(0x1fff) ||
	    at + HEADER + 4 > end)
		return true;

	return may_be_of_flow(protocol, at + HEADER);
}

static __always_inline bool may_want_v6(uint64_t at, uint64_t end)
{
	enum { HEADER = 40, UDP = 17 };

	const struct ipv6hdr *ip = AS(struct ipv6hdr, at);
	const uint8_t protocol = ip->nexthdr;

	if (protocol != TCP && protocol != UDP)
		return true;
	if (!is_clients_v6(ip))
		return false;

	return at + HEADER + 4 > end || may_be_of_flow(protocol, at + HEADER);
}

static __always_inline bool glance(uint64_t address)
{
	const struct sk_buff *skb = AS(struct sk_buff, address);
	uint64_t head, at;

	if (!is_of_here(skb))
		return false;
	head = (uint64_t)skb->head;
	at = head + skb->network_header;
	if (skb->protocol == bpf_htons(ETHERTYPE_IP))
		return may_want_v4(at, head + skb->tail);

	return skb->protocol == bpf_htons(ETHERTYPE_IPV6) &&
	       may_want_v6(at, head + skb->tail);
}
