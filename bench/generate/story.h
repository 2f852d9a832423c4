#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "queue.h"
#include "rng.h"
#include "wire.h"

/*
 * What the flows of scenario.c are told with: two ends that know their
 * sequence numbers, a clock that stands where the capture is taken, somewhere
 * between client and server, and the habits of real stacks.
 *
 * A packet is put where it is captured; that the other end hears it is said
 * apart, because it may be lost behind the capture.
 */

#define STORY_MS INT64_C(1000000)
#define STORY_SECOND (1000 * STORY_MS)

enum {
	STORY_DATA = WIRE_ACK | WIRE_PSH,
	STORY_FIN = WIRE_ACK | WIRE_FIN,
	STORY_BURST = 40, /* segments in flight at most: no window is smaller */
	STORY_STEP_NS = 12 * 1000, /* a full frame at 1 Gb/s */
};

/* What all flows share. */
struct story_stage {
	struct queue *queue;
	struct rng *rng;
	int64_t end_ns; /* of the capture */
	double more;    /* how many times the exchanges of a healthy flow */
};

/* One end of a TCP connection. */
struct story_talk {
	uint32_t next;   /* to send */
	uint32_t heard;  /* the next expected from the other */
	uint32_t clock;  /* of its timestamps, at 0 */
	uint32_t recent; /* the other's timestamp to echo */
	uint16_t window;
	uint16_t syn_window; /* which no scale applies to (RFC 7323) */
	uint16_t id;
};

struct story {
	struct story_stage *stage;
	struct wire_flow *flow;
	int64_t time_ns;     /* now, where the capture is taken */
	int64_t round_ns[2]; /* from there to an end and back */
	struct story_talk end[2];
	uint16_t segment; /* bytes of a full one */
	uint8_t variant;
	bool mirrored; /* every packet is captured twice */
	bool routed;   /* ... the second time behind a router */
	int result;
};

/* A flight of segments; those not seen were lost before the capture. */
struct story_burst {
	struct wire_segment sent[STORY_BURST];
	unsigned count;
	uint64_t unseen;
	uint32_t total; /* bytes that the head in the first one promises */
	int content;    /* of the first one */
};

/* An ICMP error for what was sent. */
struct story_error {
	uint8_t type[2]; /* of ICMP, of ICMPv6 */
	uint8_t code[2];
	bool by_router;
	bool late; /* after a failed address resolution */
	bool soft; /* newer kernels go on trying (RFC 1122, 4.2.3.9) */
};

void story_init(struct story *s, struct story_stage *stage,
		struct wire_flow *flow, int64_t start_ns);

bool story_chance(struct story *s, unsigned percent);
int64_t story_between(struct story *s, int64_t low, int64_t high);
/* So many times base, in a capture of more packets. */
unsigned story_rounds(struct story *s, unsigned base);

/* Time passes: some, or until that end's answer to what was seen is seen. */
void story_pause_ms(struct story *s, int64_t low, int64_t high);
void story_turn(struct story *s, int side);

/* What that end would send now, without data. */
struct wire_segment story_segment(const struct story *s, int side,
				  unsigned flags);
uint32_t story_after(const struct wire_segment *g);
/* Sends it, now or again; the other end gets it, in order. */
void story_put(struct story *s, struct wire_segment *g);
void story_hear(struct story *s, const struct wire_segment *g);
/* Both of it. */
void story_say(struct story *s, int side, unsigned flags, unsigned len,
	       int content);
void story_say_ack(struct story *s, int side);
/* A selective acknowledgment (RFC 2018) of one block. */
void story_say_block(struct story *s, int side, uint32_t from, uint32_t to);
/* A RST without options: no socket answers (RFC 9293, 3.10.7.1). */
void story_reset_bare(struct story *s, int side, bool with_ack);
/* The same segment again and again, each wait twice as long (RFC 6298). */
void story_again(struct story *s, struct wire_segment g, unsigned n);
/* Waits for the timer, 1, 2, 4 seconds, unless n is 0, and sends a SYN. */
struct wire_segment story_syn_again(struct story *s, unsigned n);

void story_handshake(struct story *s);
void story_close_by(struct story *s, int side);
/* The content, where the flow is HTTP. */
int story_http(const struct story *s, int content);
/* Sends up to max segments of what is left; who hears them is not said. */
void story_burst_send(struct story *s, int side, struct story_burst *b,
		      uint32_t left, unsigned max);
/* Sends all, in slow start, until everything is acknowledged. */
void story_message(struct story *s, int side, uint32_t bytes,
		   struct story_burst b);
void story_request(struct story *s);
void story_exchange(struct story *s, uint32_t bytes);
uint32_t story_answer_bytes(struct story *s);

struct wire_segment story_datagram(struct story *s, int side, unsigned len,
				   int content);
void story_echo(struct story *s, int side, uint32_t sequence);
void story_answer_error(struct story *s, struct wire_segment g,
			const struct story_error *e);
