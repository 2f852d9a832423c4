#pragma once

/*
 * Conversations for tests, packet by packet, and the flows that come of them.
 * Included after cmocka.h.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/packet.h"
#include "trace/flow.h"

enum { CLIENT_ISN = 1000, SERVER_ISN = 7000, WINDOW = 500, HEARD_MOST = 512 };

/* A flow as it was delivered. */
struct heard {
	struct flow flow;
	struct flow_note note; /* zeroed when the flow has none */
	bool has_note;
	bool is_evicted;
	struct fact_set facts;
};

struct talk {
	struct flow_table *table;
	int64_t now; /* ns; the next packet's time */
	uint32_t frame;
	uint32_t ip_id;
	struct address client, server;
	uint16_t sport, dport;
	bool is_ended;
	size_t count;
	struct heard heard[HEARD_MOST];
};

static inline void talk_hear(void *context, const struct flow *f,
			     const struct flow_note *note,
			     const struct fact_set *facts)
{
	struct talk *t = (struct talk *)context;
	struct heard *h = &t->heard[t->count++];

	assert_true(t->count <= HEARD_MOST);
	memset(h, 0, sizeof(*h));
	h->flow = *f;
	h->facts = *facts;
	h->has_note = note;
	h->is_evicted = !t->is_ended;
	if (note)
		h->note = *note;
}

/* A table with one input, and two ends: 10.1.0.7:50502 > 172.16.1.2:5555. */
static inline struct talk *talk_new(uint32_t limit, enum vantage v)
{
	const struct flow_limits limits = { .flows = limit };
	struct talk *t = (struct talk *)calloc(1, sizeof(*t));

	assert_non_null(t);
	t->table = flow_table_new(limit ? &limits : NULL, talk_hear, t);
	assert_non_null(t->table);
	assert_int_equal(flow_table_input(t->table, 0, v), 0);
	t->now = 1700000000 * CLOCK_SECOND;
	t->client = address_v4(0x0a010007);
	t->server = address_v4(0xac100102);
	t->sport = 50502;
	t->dport = 5555;
	return t;
}

static inline int talk_start(void **state)
{
	*state = talk_new(0, VANTAGE_UNKNOWN);
	return 0;
}

static inline int talk_stop(void **state)
{
	struct talk *t = (struct talk *)*state;

	flow_table_free(t->table);
	free(t);
	return 0;
}

#define IN_TALK(claim)                                                         \
	cmocka_unit_test_setup_teardown(claim, talk_start, talk_stop)

static inline void talk_wait(struct talk *t, int64_t ms)
{
	t->now += ms * CLOCK_MILLISECOND;
}

/* A packet of that side, without anything above IP. */
static inline struct packet talk_packet(struct talk *t, int side,
					uint8_t protocol)
{
	bool is_client = side == FLOW_CLIENT;

	return (struct packet){
		.time_ns = t->now,
		.frame = ++t->frame,
		.marks = PACKET_PORTS | PACKET_TTL | PACKET_LENGTH,
		.src = is_client ? t->client : t->server,
		.dst = is_client ? t->server : t->client,
		.sport = is_client ? t->sport : t->dport,
		.dport = is_client ? t->dport : t->sport,
		.version = address_is_v4(&t->client) ? 4 : 6,
		.protocol = protocol,
		.ttl = 64,
		.ip_id = ++t->ip_id,
	};
}

static inline void talk_add(struct talk *t, const struct packet *p)
{
	assert_int_equal(flow_table_add(t->table, p, 1), 0);
}

static inline struct packet talk_segment(struct talk *t, int side,
					 uint16_t flags, uint32_t seq,
					 uint32_t ack)
{
	struct packet p = talk_packet(t, side, PACKET_TCP);

	p.marks |= PACKET_SEQ | PACKET_OPTIONS;
	p.tcp = (struct packet_tcp){
		.seq = (side == FLOW_CLIENT ? CLIENT_ISN : SERVER_ISN) + seq,
		.ack = flags & TCP_ACK ? (side == FLOW_CLIENT ? SERVER_ISN
							      : CLIENT_ISN) +
						 ack
				       : 0,
		.flags = flags,
		.window = WINDOW,
		.window_scale = 0xff,
	};
	return p;
}

/* Numbers count from the initial ones, as tcpdump prints them. */
static inline void talk_tcp(struct talk *t, int side, uint16_t flags,
			    uint32_t seq, uint32_t ack, uint32_t len)
{
	struct packet p = talk_segment(t, side, flags, seq, ack);

	p.payload_len = len;
	talk_add(t, &p);
}

static inline void talk_syn(struct talk *t)
{
	talk_tcp(t, FLOW_CLIENT, TCP_SYN, 0, 0, 0);
}

static inline void talk_handshake(struct talk *t)
{
	talk_syn(t);
	talk_wait(t, 10);
	talk_tcp(t, FLOW_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0);
	talk_wait(t, 1);
	talk_tcp(t, FLOW_CLIENT, TCP_ACK, 1, 1, 0);
}

static inline void talk_udp(struct talk *t, int side, const void *payload,
			    uint32_t len)
{
	struct packet p = talk_packet(t, side, PACKET_UDP);

	p.payload = (const uint8_t *)payload;
	p.payload_len = len;
	p.payload_caplen = payload ? len : 0;
	talk_add(t, &p);
}

/* The trace goes on for so long, and ends. */
static inline void talk_end(struct talk *t, int64_t ms)
{
	struct packet other = { .protocol = 89 };

	talk_wait(t, ms);
	other.time_ns = t->now;
	talk_add(t, &other);
	t->is_ended = true;
	assert_int_equal(flow_table_end(t->table), 0);
	flow_table_each(t->table, talk_hear, t);
}

static inline bool talk_has(const struct heard *h, enum fact_kind kind)
{
	return fact_has(&h->facts, kind);
}

static inline struct flow_counts talk_counts(const struct talk *t)
{
	struct flow_counts counts;

	flow_table_counts(t->table, &counts);
	return counts;
}
