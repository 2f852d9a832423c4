/*
 * What runs in the kernel: raw tracepoints, because these are there where
 * kprobes and fentry are refused, and are the most stable of all. No vmlinux.h:
 * the few fields that are read are declared, and found by name when the programs
 * are loaded (CO-RE).
 *
 * A drop may come 200,000 times a second, so what is not asked for is left as
 * early as it can be, and what is alike is counted: a key's first event is told
 * with its stack, then eight of them a second, the rest as their count.
 */
#include "drops/bpf/glance.h"
#include "drops/bpf/kernel.h"
#include "drops/bpf/packet.h"
#include "drops/bpf/tell.h"
#include "drops/bpf/tree.h"

enum { NUD_FAILED = 0x20 };

static __always_inline bool is_no_drop(uint32_t reason)
{
	if (bpf_core_enum_value_exists(enum skb_drop_reason, SKB_CONSUMED) &&
	    reason == bpf_core_enum_value(enum skb_drop_reason, SKB_CONSUMED))
		return true;
	if (bpf_core_enum_value_exists(enum skb_drop_reason,
				       SKB_DROP_REASON_QUEUE_PURGE) &&
	    reason == bpf_core_enum_value(enum skb_drop_reason,
					  SKB_DROP_REASON_QUEUE_PURGE))
		return true;

	return !reason;
}

/* A packet that is of here. */
static __always_inline int tell_drop(uint64_t *ctx, uint32_t reason)
{
	struct record r = { .what = PACKET, .reason = reason };

	if (!take_packet(&r, (const struct sk_buff *)ctx[0]))
		return 0;
	r.location = ctx[1];
	tell(ctx, &r, ctx[0]);
	return 0;
}

/* skb, location[, reason[, rx_sk]] */
PROGRAM(kfree_skb)
{
	const struct sk_buff *skb = (const struct sk_buff *)ctx[0];
	const uint32_t reason = config.has_reason ? (uint32_t)ctx[2] : 0;

	if ((config.has_reason && is_no_drop(reason)) || !is_packet_here(skb))
		return 0;

	return tell_drop(ctx, reason);
}

/* The same, where plain loads will do (glance.h). */
SEC("raw_tp/kfree_skb") int watch_kfree_skb_typed(uint64_t *ctx)
{
	const uint32_t reason = config.has_reason ? (uint32_t)ctx[2] : 0;

	if ((config.has_reason && is_no_drop(reason)) || !glance(ctx[0]))
		return 0;

	return tell_drop(ctx, reason);
}

/* sk, skb[, reason]: either may be NULL */
PROGRAM(tcp_send_reset)
{
	const struct sock *sk = (const struct sock *)ctx[0];
	const struct sk_buff *skb = (const struct sk_buff *)ctx[1];
	struct record r = { .what = RESET };

	if (skb) {
		if (!is_packet_here(skb) || !take_packet(&r, skb))
			return 0;
	} else if (!sk || !read_socket(&r, sk)) {
		return 0;
	}
	if (config.has_reset_reason)
		r.reason = (uint32_t)ctx[2];
	r.location = 1; /* its callers are what is asked for */
	tell(ctx, &r, ctx[1]);
	return 0;
}

/* sk, request */
PROGRAM(tcp_retransmit_synack)
{
	const struct sock *sk = (const struct sock *)ctx[0];
	const struct request_sock *q = (const struct request_sock *)ctx[1];
	struct record r = { .what = SYNACK_AGAIN, .protocol = TCP };

	if (!is_here(BPF_CORE_READ(sk, __sk_common.skc_net.net)))
		return 0;
	read_addresses(&r, &q->__req_common);
	if (is_wanted(&r, true))
		tell(ctx, &r, 0);
	return 0;
}

/* sk, old, new */
PROGRAM(inet_sock_set_state)
{
	struct record r = { .what = STATE };

	if (!read_socket(&r, (const struct sock *)ctx[0]))
		return 0;
	r.old_state = (uint8_t)ctx[1];
	r.new_state = (uint8_t)ctx[2];
	tell(ctx, &r, 0);
	return 0;
}

/* sk */
PROGRAM(inet_sk_error_report)
{
	struct record r = { .what = ERROR };

	if (read_socket(&r, (const struct sock *)ctx[0]) &&
	    (r.error || r.soft_error))
		tell(ctx, &r, 0);
	return 0;
}

/* skb, type, code: of the packet that it answers */
PROGRAM(icmp_send)
{
	const struct sk_buff *skb = (const struct sk_buff *)ctx[0];
	struct record r = { .what = ICMP_SENT };

	if (!is_packet_here(skb) || !take_packet(&r, skb))
		return 0;
	r.icmp_type = (uint8_t)ctx[1];
	r.icmp_code = (uint8_t)ctx[2];
	r.location = 1;
	tell(ctx, &r, ctx[0]);
	return 0;
}

static __always_inline void read_next_hop(struct record *r,
					  const struct neighbour *n)
{
	const struct net_device *dev = BPF_CORE_READ(n, dev);
	uint32_t v4 = 0;

	r->device = (uint32_t)BPF_CORE_READ(dev, ifindex);
	if (BPF_CORE_READ(n, tbl, family) == INET6) {
		(void)bpf_core_read(r->to, 16, &n->primary_key);
		return;
	}
	(void)bpf_core_read(&v4, 4, &n->primary_key);
	put_v4(r->to, v4);
}

static __always_inline int watch_neighbour(uint64_t *ctx)
{
	const struct neighbour *n = (const struct neighbour *)ctx[0];
	struct record r = { .what = NEIGHBOUR };

	if (!(BPF_CORE_READ(n, nud_state) & NUD_FAILED) ||
	    !is_here(BPF_CORE_READ(n, dev, nd_net.net)))
		return 0;
	read_next_hop(&r, n);
	tell(ctx, &r, 0);
	return 0;
}

/* n, whether others are told */
PROGRAM(neigh_timer_handler)
{
	return watch_neighbour(ctx);
}

/* n, result: what is sent while it has failed */
PROGRAM(neigh_event_send_dead)
{
	return watch_neighbour(ctx);
}

char watch_license[] SEC("license") = "GPL";
