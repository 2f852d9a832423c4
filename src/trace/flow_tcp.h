#pragma once

#include "trace/flow_table.h"

/* Between the files that put a TCP packet into its flow. */

enum {
	TWIN_US = 2000,        /* far below every retransmission timer */
	SYN_ROUND_US = 900000, /* RFC 6298: the first timeout is a second */
	BURST = 64,            /* packets that a mirror may hold back */
};

static inline bool is_syn(const struct packet *p)
{
	return (p->tcp.flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;
}

static inline bool is_synack(const struct packet *p)
{
	return (p->tcp.flags & (TCP_SYN | TCP_ACK | TCP_RST)) ==
	       (TCP_SYN | TCP_ACK);
}

static inline uint32_t us_after(int64_t from_ns, int64_t to_ns)
{
	int64_t us = (to_ns - from_ns) / 1000;

	if (us < 1)
		return 1;

	return us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

/* The flow of the packet, found or begun, and the packet's direction in it; NULL
 * without memory. */
struct flow *flow_begin(struct flow_table *t, const struct packet *p,
			const struct flow_key *key, uint32_t hash,
			int *ret_direction);

/* What the packet acknowledges of the other side, and the window it offers. */
void flow_data_acknowledges(struct flow *f, int direction,
			    const struct packet *p);

/* What it sends; idle_ns: the time since anything was heard of the flow. */
void flow_data_sends(const struct flow_table *t, struct flow *f, int direction,
		     const struct packet *p, int64_t idle_ns);
