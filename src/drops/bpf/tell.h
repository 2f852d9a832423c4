#pragma once

/*
 * What is seen, told to the collector: a key's first event with its stack, then
 * eight of them a second, the rest as their count.
 */
#include "drops/bpf/kernel.h"
#include "drops/record.h"

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
	KEYS = 8192,
	RING = 1 << 20,
	BURST = 8,      /* and as many again a second */
	OWN_FRAMES = 2, /* this program, and who runs it */
};

/* Arguments of the tracepoint are in ctx. */
#define PROGRAM(name) SEC("raw_tp/" #name) int watch_##name(uint64_t *ctx)

#define SECOND 1000000000ULL

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, KEYS);
	__type(key, struct record_key);
	__type(value, struct record_state);
} keys SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING);
} ring SEC(".maps");
/* In a section of its own: it is written before the programs are loaded. */
const volatile struct record_config config SEC(".rodata.config") = { 0 };
struct record_shared shared;

#define ADD(where, n) ((void)__sync_fetch_and_add(&(where), (n)))

static __always_inline struct record_counts *own_counts(void)
{
	return &shared.counts[bpf_get_smp_processor_id() & (RECORD_CPUS - 1)];
}

/* Ours is ours as long as the collector is in it: its address is enough. */
static __always_inline bool is_here(const struct net *net)
{
	if (!net)
		return false;
	if ((uint64_t)net == shared.space)
		return true;
	if (shared.space || BPF_CORE_READ(net, ns.inum) != config.space)
		return false;
	shared.space = (uint64_t)net;
	return true;
}

static __always_inline void make_key(struct record_key *k,
				     const struct record *r)
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

/* Who floods us with ever new ports is told as one: whose it was is lost. */
static __always_inline void make_coarse(struct record *r)
{
	__builtin_memset(r->from, 0, 16);
	__builtin_memset(r->to, 0, 16);
	r->from_port = r->to_port = 0;
	r->seq = 0;
	r->cookie = 0;
}

static __always_inline bool has_token(struct record_state *s, uint64_t now)
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

/* Limits of a second: of new keys, of stacks, and of others. */
static __always_inline void begin_second(struct record_counts *c, uint64_t now)
{
	const uint64_t second = now / SECOND;

	if (c->second == second)
		return;
	c->second = second;
	c->news = c->named = c->others = 0;
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

/* None, or none of this namespace, if it was another's that told of it. */
static __always_inline uint32_t device_of(const struct sk_buff *skb)
{
	struct net_device *dev = BPF_CORE_READ(skb, dev);

	if (!dev || !is_here(BPF_CORE_READ(dev, nd_net.net)))
		return 0;
	return (uint32_t)BPF_CORE_READ(dev, ifindex);
}

static __always_inline void send(void *ctx, struct record *r,
				 struct record_state *s,
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

static __always_inline struct record_state *
new_state(const struct record_key *k, uint64_t now)
{
	const struct record_state s = {
		.id = (now & ~(uint64_t)(RECORD_CPUS - 1)) |
		      (bpf_get_smp_processor_id() & (RECORD_CPUS - 1)),
		.filled_ns = now,
		.tokens = BURST,
	};

	(void)bpf_map_update_elem(&keys, k, &s, BPF_ANY);
	return bpf_map_lookup_elem(&keys, k);
}

/* skb: of the packet, 0 if it is none; its device is only asked for when told. */
static __attribute__((noinline)) void tell(void *ctx, struct record *r,
					   uint64_t skb)
{
	struct record_counts *c = own_counts();
	bool is_first = false;
	struct record_state *s;
	struct record_key k;

	if (*(volatile uint32_t *)&shared.is_over)
		return;
	r->at_ns = bpf_ktime_get_ns();
	make_key(&k, r);
	s = bpf_map_lookup_elem(&keys, &k);
	begin_second(c, r->at_ns);
	if (!s && c->news++ >= RECORD_NEWS) {
		ADD(c->lost, 1);
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
	} else if (has_token(s, r->at_ns) &&
		   (is_first || c->others++ < RECORD_OTHERS)) {
		if (skb)
			r->device = device_of((const struct sk_buff *)skb);
		send(ctx, r, s, c, is_first);
	} else {
		ADD(s->held, 1);
		ADD(c->held, 1);
	}
}
