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
#include <stdbool.h>
#include <stdint.h>

/* Of linux/types.h, which wants more headers than a BPF target has. */
typedef uint8_t __u8;
typedef uint16_t __u16;
typedef uint32_t __u32;
typedef uint64_t __u64;
typedef int8_t __s8;
typedef int16_t __s16;
typedef int32_t __s32;
typedef int64_t __s64;
typedef uint16_t __be16;
typedef uint32_t __be32;
typedef uint32_t __wsum;

#include <bpf/bpf_helpers.h>

#include <bpf/bpf_core_read.h>

#include "drops/record.h"

/* And of linux/bpf.h. */
enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_ANY = 0,
	BPF_RB_NO_WAKEUP = 1,
	BPF_RB_FORCE_WAKEUP = 2,
};

/* DROP_* of event.h, which has more than this side can include. */
enum {
	PACKET,
	RESET,
	SYNACK_AGAIN,
	STATE,
	ERROR,
	ICMP_SENT,
	NEIGHBOUR,
	CONNECT
};

enum {
	INET = 2,
	INET6 = 10,
	ETHERTYPE_IP = 0x0800,
	ETHERTYPE_IPV6 = 0x86dd,
	TCP = 6,
	UDP = 17,
	ICMP = 1,
	ICMPV6 = 58,
	SOLICITATION = 135,
	ADVERTISEMENT = 136,
	NUD_FAILED = 0x20,
	KEYS = 8192,
	RING = 1 << 20,
	TREE = 8192,
	BURST = 8, /* and as many again a second */
	DST_NOREF = 1,
	LEVELS = 8,     /* namespaces of process ids in one another */
	OWN_FRAMES = 2, /* this program, and who runs it */
};

#define SECOND 1000000000ULL

/* The fields that are read. */
#define KERNEL __attribute__((preserve_access_index))

struct ns_common {
	unsigned int inum;
} KERNEL;

struct net {
	struct ns_common ns;
} KERNEL;

struct possible_net {
	struct net *net;
} KERNEL;

struct net_device {
	int ifindex;
	struct possible_net nd_net;
} KERNEL;

struct dst_entry {
	struct net_device *dev;
} KERNEL;

struct in6_addr {
	uint8_t bytes[16];
};

struct counter {
	__s64 counter;
} KERNEL;

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	struct possible_net skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	struct counter skc_cookie;
} KERNEL;

struct sock {
	struct sock_common __sk_common;
	__u16 sk_protocol;
	int sk_err;
	int sk_err_soft;
} KERNEL;

struct inet_sock {
	__be16 inet_sport;
} KERNEL;

struct request_sock {
	struct sock_common __req_common;
} KERNEL;

struct sk_buff {
	struct net_device *dev;
	struct sock *sk;
	unsigned long _skb_refdst;
	__be16 protocol;
	__u16 network_header;
	unsigned char *head;
	int skb_iif;
} KERNEL;

struct neigh_table {
	int family;
} KERNEL;

struct neighbour {
	struct neigh_table *tbl;
	__u8 nud_state;
	struct net_device *dev;
	__u8 primary_key[0];
} KERNEL;

struct pid_namespace {
	struct ns_common ns;
} KERNEL;

struct upid {
	int nr;
	struct pid_namespace *ns;
} KERNEL;

struct pid {
	unsigned int level;
	struct upid numbers[1];
} KERNEL;

struct file {
	void *private_data;
} KERNEL;

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
} KERNEL;

struct files_struct {
	struct fdtable *fdt;
} KERNEL;

struct socket {
	struct sock *sk;
} KERNEL;

struct live {
	int counter;
} KERNEL;

struct signal_struct {
	struct live live;
} KERNEL;

struct task_struct {
	struct task_struct *group_leader;
	struct pid *thread_pid;
	struct files_struct *files;
	struct signal_struct *signal;
} KERNEL;

/* Registers where a system call begins, by machine. */
struct pt_regs___x86 {
	unsigned long di, si, orig_ax;
} KERNEL;

struct pt_regs___arm {
	uint64_t regs[31];
	int syscallno;
} KERNEL;

enum skb_drop_reason {
	SKB_NOT_DROPPED_YET,
	SKB_CONSUMED,
	SKB_DROP_REASON_QUEUE_PURGE,
};

/* Every key, so that one is found by the same bytes. */
struct key {
	uint64_t location;
	uint8_t from[16], to[16];
	uint32_t reason;
	uint16_t from_port, to_port;
	uint8_t what, protocol, flags, icmp_type;
	uint8_t icmp_code, old_state, new_state, is_coarse;
};

struct state {
	uint64_t id; /* when it began, and the CPU */
	uint64_t filled_ns;
	uint64_t held;
	uint32_t tokens;
	uint32_t is_named;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, KEYS);
	__type(key, struct key);
	__type(value, struct state);
} keys SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING);
} ring SEC(".maps");

/* The processes that are followed, by their ids where the caller is. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TREE);
	__type(key, uint32_t);
	__type(value, uint32_t);
} tree SEC(".maps");

struct call {
	uint8_t to[16];
	uint32_t to_port;
	int32_t file;
};

/* connect()s that have not returned, by thread. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TREE);
	__type(key, uint64_t);
	__type(value, struct call);
} calls SEC(".maps");

/* In a section of its own: it is written before the programs are loaded. */
const volatile struct record_config config SEC(".rodata.config") = { 0 };
struct record_counts counts[RECORD_CPUS];

#define ADD(where, n) ((void)__sync_fetch_and_add(&(where), (n)))

static __always_inline struct record_counts *own_counts(void)
{
	return &counts[bpf_get_smp_processor_id() & (RECORD_CPUS - 1)];
}

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

/* What is asked for. A packet without ports (a later fragment, ICMP) is the
 * client's by its address; a neighbour's has none of both. */
static __always_inline bool is_wanted(const struct record *r, bool has_ports)
{
	if (r->protocol == ICMPV6 &&
	    (r->icmp_type == SOLICITATION || r->icmp_type == ADVERTISEMENT))
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

static __always_inline void make_key(struct key *k, const struct record *r)
{
	__builtin_memset(k, 0, sizeof(*k));
	k->location = r->location;
	__builtin_memcpy(k->from, r->from, 16);
	__builtin_memcpy(k->to, r->to, 16);
	k->reason = r->reason ? r->reason : (uint32_t)r->error;
	k->from_port = r->from_port;
	k->to_port = r->to_port;
	k->what = r->what;
	k->protocol = r->protocol;
	k->flags = r->flags;
	k->icmp_type = r->icmp_type;
	k->icmp_code = r->icmp_code;
	k->old_state = r->old_state;
	k->new_state = r->new_state;
}

/* Who floods us with ever new ports is told as one. */
static __always_inline void make_coarse(struct record *r)
{
	__builtin_memset(r->from, 0, 16);
	__builtin_memset(r->to, 0, 16);
	r->from_port = r->to_port = 0;
	r->seq = 0;
	r->cookie = 0;
}

static __always_inline bool has_token(struct state *s, uint64_t now)
{
	const uint64_t more = (now - s->filled_ns) / (SECOND / BURST);

	if (more) {
		s->tokens = more + s->tokens > BURST
				    ? BURST
				    : s->tokens + (uint32_t)more;
		s->filled_ns = now;
	}
	if (!s->tokens)
		return false;
	s->tokens--;
	return true;
}

/* Whether a new key may still be told in this second. */
static __always_inline bool is_news(struct record_counts *c, uint64_t now)
{
	const uint64_t second = now / SECOND;

	if (c->second != second) {
		c->second = second;
		c->news = c->named = 0;
	}
	return c->news++ < RECORD_NEWS;
}

/* What is formatted may not stand in the ring: the kernel takes one place in it
 * at a time. */
static __always_inline void fill_names(struct record_stack *n, uint64_t place,
				       uint64_t *frames)
{
	static const char one[] = "%ps";
	static const char all[] = "%ps\n%ps\n%ps\n%ps\n%ps\n%ps\n"
				  "%ps\n%ps\n%ps\n%ps\n%ps\n%ps\n";

	(void)bpf_snprintf(n->place, sizeof(n->place), one, &place,
			   sizeof(place));
	(void)bpf_snprintf(n->names, sizeof(n->names), all, frames,
			   RECORD_FRAMES * sizeof(*frames));
}

static __always_inline bool tell_named(void *ctx, const struct record *r,
				       uint64_t flags)
{
	struct record_stack *n = bpf_ringbuf_reserve(&ring, sizeof(*n), 0);
	uint64_t frames[RECORD_FRAMES] = { 0 };

	if (!n)
		return false;
	n->head = *r;
	n->head.has_stack = 1;
	n->place[0] = n->names[0] = '\0';
	n->bytes =
		(int32_t)bpf_get_stack(ctx, frames, sizeof(frames), OWN_FRAMES);
	__builtin_memcpy(n->frames, frames, sizeof(frames));
	n->has_names = config.has_names;
	if (config.has_names)
		fill_names(n, r->location, frames);
	bpf_ringbuf_submit(n, flags);
	return true;
}

static __always_inline bool tell_plain(const struct record *r, uint64_t flags)
{
	struct record *n = bpf_ringbuf_reserve(&ring, sizeof(*n), 0);

	if (!n)
		return false;
	*n = *r;
	bpf_ringbuf_submit(n, flags);
	return true;
}

static __always_inline void send(void *ctx, struct record *r, struct state *s,
				 struct record_counts *c, bool is_first)
{
	const uint64_t held = s->held;
	const bool is_urgent =
		is_first && (config.is_narrow || r->what == CONNECT);
	const uint64_t flags =
		is_urgent ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
	bool is_told;

	r->key = s->id;
	r->count = 1 + held;
	if (!s->is_named && r->location && c->named < RECORD_NAMED) {
		c->named++;
		s->is_named = 1;
		is_told = tell_named(ctx, r, flags);
	} else {
		is_told = tell_plain(r, flags);
	}
	if (!is_told) {
		ADD(c->lost, 1);
	} else if (held) {
		ADD(s->held, -held);
		ADD(c->told, held);
	}
}

static __always_inline struct state *new_state(const struct key *k,
					       uint64_t now)
{
	const struct state s = {
		.id = (now & ~(uint64_t)(RECORD_CPUS - 1)) |
		      (bpf_get_smp_processor_id() & (RECORD_CPUS - 1)),
		.filled_ns = now,
		.tokens = BURST,
	};

	(void)bpf_map_update_elem(&keys, k, &s, BPF_ANY);
	return bpf_map_lookup_elem(&keys, k);
}

static __attribute__((noinline)) void tell(void *ctx, struct record *r)
{
	struct record_counts *c = own_counts();
	bool is_first = false;
	struct state *s;
	struct key k;

	r->at_ns = bpf_ktime_get_ns();
	make_key(&k, r);
	s = bpf_map_lookup_elem(&keys, &k);
	if (!s && !is_news(c, r->at_ns)) {
		make_coarse(r);
		make_key(&k, r);
		k.is_coarse = 1;
		s = bpf_map_lookup_elem(&keys, &k);
	}
	if (!s) {
		is_first = true;
		s = new_state(&k, r->at_ns);
	}
	if (!s) {
		ADD(c->lost, 1);
	} else if (has_token(s, r->at_ns)) {
		send(ctx, r, s, c, is_first);
	} else {
		ADD(s->held, 1);
		ADD(c->held, 1);
	}
}

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

/* skb, location[, reason[, rx_sk]] */
SEC("raw_tp/kfree_skb")

int watch_kfree_skb(uint64_t *ctx)
{
	const struct sk_buff *skb = (const struct sk_buff *)ctx[0];
	struct record r = { .what = PACKET };
	int got;

	if (config.has_reason) {
		r.reason = (uint32_t)ctx[2];
		if (is_no_drop(r.reason))
			return 0;
	}
	if (!is_packet_here(&r, skb))
		return 0;
	got = read_packet(&r, skb);
	if (!got || !is_wanted(&r, got == 2))
		return 0;
	r.location = ctx[1];
	tell(ctx, &r);
	return 0;
}

/* sk, skb[, reason]: either may be NULL */
SEC("raw_tp/tcp_send_reset")

int watch_tcp_send_reset(uint64_t *ctx)
{
	const struct sock *sk = (const struct sock *)ctx[0];
	const struct sk_buff *skb = (const struct sk_buff *)ctx[1];
	struct record r = { .what = RESET };

	if (skb) {
		if (!is_packet_here(&r, skb) || read_packet(&r, skb) != 2 ||
		    !is_wanted(&r, true))
			return 0;
	} else if (!sk || !read_socket(&r, sk)) {
		return 0;
	}
	if (config.has_reset_reason)
		r.reason = (uint32_t)ctx[2];
	r.location = 1; /* its callers are what is asked for */
	tell(ctx, &r);
	return 0;
}

/* sk, request */
SEC("raw_tp/tcp_retransmit_synack")

int watch_tcp_retransmit_synack(uint64_t *ctx)
{
	const struct sock *sk = (const struct sock *)ctx[0];
	const struct request_sock *q = (const struct request_sock *)ctx[1];
	struct record r = { .what = SYNACK_AGAIN, .protocol = TCP };

	if (!is_here(BPF_CORE_READ(sk, __sk_common.skc_net.net)))
		return 0;
	read_addresses(&r, &q->__req_common);
	if (is_wanted(&r, true))
		tell(ctx, &r);
	return 0;
}

/* sk, old, new */
SEC("raw_tp/inet_sock_set_state")

int watch_inet_sock_set_state(uint64_t *ctx)
{
	struct record r = { .what = STATE };

	if (!read_socket(&r, (const struct sock *)ctx[0]))
		return 0;
	r.old_state = (uint8_t)ctx[1];
	r.new_state = (uint8_t)ctx[2];
	tell(ctx, &r);
	return 0;
}

/* sk */
SEC("raw_tp/inet_sk_error_report")

int watch_inet_sk_error_report(uint64_t *ctx)
{
	struct record r = { .what = ERROR };

	if (read_socket(&r, (const struct sock *)ctx[0]))
		tell(ctx, &r);
	return 0;
}

/* skb, type, code: of the packet that it answers */
SEC("raw_tp/icmp_send")

int watch_icmp_send(uint64_t *ctx)
{
	const struct sk_buff *skb = (const struct sk_buff *)ctx[0];
	struct record r = { .what = ICMP_SENT };
	int got;

	if (!is_packet_here(&r, skb))
		return 0;
	got = read_packet(&r, skb);
	if (!got || !is_wanted(&r, got == 2))
		return 0;
	r.icmp_type = (uint8_t)ctx[1];
	r.icmp_code = (uint8_t)ctx[2];
	r.location = 1;
	tell(ctx, &r);
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
	tell(ctx, &r);
	return 0;
}

/* n, whether others are told */
SEC("raw_tp/neigh_timer_handler")

int watch_neigh_timer_handler(uint64_t *ctx)
{
	return watch_neighbour(ctx);
}

/* n, result: what is sent while it has failed */
SEC("raw_tp/neigh_event_send_dead")

int watch_neigh_event_send_dead(uint64_t *ctx)
{
	return watch_neighbour(ctx);
}

/* The process, by its id in the caller's namespace of such; 0: not in there. */
static __always_inline uint32_t pid_here(struct task_struct *task)
{
	const struct pid *pid = BPF_CORE_READ(task, group_leader, thread_pid);
	const unsigned level = BPF_CORE_READ(pid, level);
	const char *at =
		(const char *)pid + bpf_core_field_offset(pid->numbers);

	for (unsigned i = 0; i < LEVELS && i <= level; i++) {
		const struct upid *n =
			(const void *)(at +
				       i * bpf_core_type_size(struct upid));

		if (BPF_CORE_READ(n, ns, ns.inum) == config.pid_space)
			return (uint32_t)BPF_CORE_READ(n, nr);
	}
	return 0;
}

static __always_inline bool is_followed(uint32_t pid)
{
	return pid && bpf_map_lookup_elem(&tree, &pid);
}

/* parent, child */
SEC("raw_tp/sched_process_fork")

int watch_sched_process_fork(uint64_t *ctx)
{
	const uint32_t parent = pid_here((struct task_struct *)ctx[0]);
	uint32_t child, one = 1;

	if (!is_followed(parent))
		return 0;
	child = pid_here((struct task_struct *)ctx[1]);
	if (child && child != parent)
		(void)bpf_map_update_elem(&tree, &child, &one, BPF_ANY);
	return 0;
}

/* task: its id may be another's once the last thread has gone */
SEC("raw_tp/sched_process_exit")

int watch_sched_process_exit(uint64_t *ctx)
{
	struct task_struct *task = (struct task_struct *)ctx[0];
	uint32_t pid;

	if (BPF_CORE_READ(task, signal, live.counter) > 0)
		return 0;
	pid = pid_here(task);
	if (pid)
		(void)bpf_map_delete_elem(&tree, &pid);
	return 0;
}

static __always_inline bool is_x86(void)
{
	return bpf_core_field_exists(((struct pt_regs___x86 *)0)->orig_ax);
}

static __always_inline bool is_connect(long call)
{
	return call == (is_x86() ? 42 : 203);
}

static __always_inline uint64_t argument(const void *regs, int i)
{
	if (!is_x86())
		return BPF_CORE_READ((const struct pt_regs___arm *)regs,
				     regs[i]);

	return i ? BPF_CORE_READ((const struct pt_regs___x86 *)regs, si)
		 : BPF_CORE_READ((const struct pt_regs___x86 *)regs, di);
}

static __always_inline long call_of(const void *regs)
{
	if (!is_x86())
		return BPF_CORE_READ((const struct pt_regs___arm *)regs,
				     syscallno);

	return (long)BPF_CORE_READ((const struct pt_regs___x86 *)regs, orig_ax);
}

/* As sockaddr_in and sockaddr_in6 are laid out. */
struct target {
	uint16_t family, port;
	uint32_t v4_or_flow;
	uint8_t v6[16];
};

static __always_inline bool read_target(struct call *call, const void *at)
{
	struct target t = { 0 };

	/* That of IPv4 is shorter, and may end where memory does. */
	if (bpf_probe_read_user(&t, 8, at))
		return false;
	call->to_port = __builtin_bswap16(t.port);
	if (t.family == INET) {
		put_v4(call->to, t.v4_or_flow);
		return true;
	}
	return t.family == INET6 &&
	       !bpf_probe_read_user(call->to, 16, (const char *)at + 8);
}

/* registers, number of the call */
SEC("raw_tp/sys_enter")

int watch_sys_enter(uint64_t *ctx)
{
	const void *regs = (const void *)ctx[0];
	uint64_t thread;
	struct call call = { 0 };

	if (!is_connect((long)ctx[1]) ||
	    !is_followed(pid_here((void *)bpf_get_current_task())))
		return 0;
	call.file = (int32_t)argument(regs, 0);
	thread = bpf_get_current_pid_tgid();
	if (read_target(&call, (const void *)argument(regs, 1)))
		(void)bpf_map_update_elem(&calls, &thread, &call, BPF_ANY);
	return 0;
}

static __always_inline const struct sock *socket_of(struct task_struct *task,
						    int32_t file)
{
	const struct fdtable *t = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(t, fd);
	struct file *f = 0;
	struct socket *s;

	if (file < 0 || (uint32_t)file >= BPF_CORE_READ(t, max_fds))
		return 0;
	(void)bpf_probe_read_kernel(&f, sizeof(f), files + file);
	s = f ? BPF_CORE_READ(f, private_data) : 0;
	return s ? BPF_CORE_READ(s, sk) : 0;
}

/* What is no socket has no own end. */
static __always_inline void read_own_end(struct record *r, int32_t file)
{
	enum { BAD = 9, NO_SOCKET = 88 }; /* EBADF, ENOTSOCK */

	const struct sock *sk;

	if (r->error == BAD || r->error == NO_SOCKET)
		return;
	sk = socket_of((void *)bpf_get_current_task(), file);
	if (!sk)
		return;
	read_addresses(r, &sk->__sk_common);
	read_port(r, sk);
	r->protocol = (uint8_t)BPF_CORE_READ(sk, sk_protocol);
	r->soft_error = BPF_CORE_READ(sk, sk_err_soft);
}

/* registers, result */
SEC("raw_tp/sys_exit")

int watch_sys_exit(uint64_t *ctx)
{
	struct record r = { .what = CONNECT };
	const struct call *call;
	uint64_t thread;

	if (!is_connect(call_of((const void *)ctx[0])))
		return 0;
	thread = bpf_get_current_pid_tgid();
	call = bpf_map_lookup_elem(&calls, &thread);
	if (!call)
		return 0;
	r.error = -(int32_t)ctx[1];
	read_own_end(&r, call->file);
	__builtin_memcpy(r.to, call->to, sizeof(r.to));
	r.to_port = (uint16_t)call->to_port;
	(void)bpf_map_delete_elem(&calls, &thread);
	r.pid = pid_here((void *)bpf_get_current_task());
	r.uid = (uint32_t)bpf_get_current_uid_gid();
	(void)bpf_get_current_comm(r.program, sizeof(r.program));
	tell(ctx, &r);
	return 0;
}

char watch_license[] SEC("license") = "GPL";
