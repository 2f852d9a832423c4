#include "scenario.h"

#include "story.h"

static void tell_short(struct story *s)
{
	unsigned n = story_rounds(s, 1);

	s->mirrored = s->variant;
	s->routed = s->variant == 2;
	story_handshake(s);
	for (unsigned i = 0; i < n; i++) {
		story_exchange(s, story_answer_bytes(s));
		s->time_ns += story_between(s, STORY_MS, 300 * STORY_MS) / n;
	}
	story_close_by(s, story_chance(s, 50));
}

static void tell_long(struct story *s)
{
	uint32_t bytes = (uint32_t)story_between(s, 10000, 63000);

	bytes = (uint32_t)(bytes * s->stage->more);
	story_handshake(s);
	if (story_chance(s, 70)) {
		story_exchange(s, bytes);
	} else {
		story_message(s, CLIENT, bytes,
			      (struct story_burst){
				      .content = story_http(s, WIRE_POST),
				      .total = bytes });
		story_turn(s, SERVER);
		story_message(
			s, SERVER, 180,
			(struct story_burst){ .content = story_http(s, WIRE_OK),
					      .total = 180 });
	}
	story_pause_ms(s, 0, 50);
	story_close_by(s, story_chance(s, 50));
}

/* RFC 9293, 3.8.4: a byte that was acknowledged already, or nothing of it. */
static void tell_keep_alive(struct story *s)
{
	int64_t interval = story_between(s, 15, 45) * STORY_SECOND;
	unsigned n = 2 + rng_below(s->stage->rng, 7);

	story_handshake(s);
	story_exchange(s, story_answer_bytes(s));
	while (n-- &&
	       s->time_ns + interval < s->stage->end_ns - 2 * STORY_SECOND) {
		struct wire_segment g;

		s->time_ns += interval;
		g = story_segment(s, CLIENT, WIRE_ACK);
		g.seq--;
		g.len = s->flow->host[CLIENT].style == WIRE_WINDOWS;
		story_put(s, &g);
		s->end[SERVER].recent = g.stamp;
		story_turn(s, SERVER);
		story_say_ack(s, SERVER);
	}
	if (s->time_ns + 2 * STORY_SECOND < s->stage->end_ns &&
	    story_chance(s, 50)) {
		story_pause_ms(s, 100, 900);
		story_close_by(s, CLIENT);
	}
}

static void tell_unanswered(struct story *s)
{
	for (unsigned n = 0; n < 4; n++)
		(void)story_syn_again(s, n);
}

static void tell_refused(struct story *s)
{
	unsigned n = s->flow->host[CLIENT].style == WIRE_WINDOWS ? 3 : 1;

	for (unsigned i = 0; i < n; i++) {
		/* Windows tries again although it was told no. */
		struct wire_segment g = story_segment(s, CLIENT, WIRE_SYN);

		story_put(s, &g);
		s->end[SERVER].heard = story_after(&g);
		s->end[SERVER].next = 0;
		story_turn(s, SERVER);
		story_reset_bare(s, SERVER, true);
		story_pause_ms(s, 500, 515);
	}
}

static void tell_prohibited(struct story *s)
{
	static const struct story_error errors[] = {
		{ { 3, 1 }, { 10, 1 }, false, false, false },
		{ { 3, 1 }, { 13, 1 }, true, false, false },
		{ { 3, 1 }, { 3, 4 }, false, false, false },
		{ { 3, 1 }, { 1, 3 }, true, true, true },
		{ { 3, 1 }, { 0, 0 }, true, false, true },
	};
	const struct story_error *e = &errors[s->variant];
	bool goes_on = s->flow->host[CLIENT].style == WIRE_WINDOWS ||
		       (e->soft && story_chance(s, 50));
	struct wire_segment g = story_syn_again(s, 0);

	if (e->late) {
		/* The router holds both SYNs while it asks for the address. */
		struct wire_segment second = story_syn_again(s, 1);

		s->time_ns += 2 * STORY_SECOND +
			      story_between(s, 31 * STORY_MS, 120 * STORY_MS);
		story_answer_error(s, g, e);
		s->time_ns += story_between(s, 10000, 30000);
		story_answer_error(s, second, e);
		return;
	}

	story_turn(s, SERVER);
	story_answer_error(s, g, e);
	for (unsigned n = 1; goes_on && n < 3; n++) {
		g = story_syn_again(s, n);
		story_turn(s, SERVER);
		story_answer_error(s, g, e);
	}
}

/* The SYN-ACKs go astray behind the place of the capture. */
static void tell_no_ack(struct story *s)
{
	struct wire_segment g;

	for (unsigned n = 0; n < 4; n++) {
		g = story_syn_again(s, n);
		s->end[SERVER].heard = story_after(&g);
		s->end[SERVER].recent = g.stamp;
		story_turn(s, SERVER);
		g = story_segment(s, SERVER, WIRE_SYN | WIRE_ACK);
		story_put(s, &g);
	}
}

static void tell_reset(struct story *s)
{
	unsigned n = rng_below(s->stage->rng, 3);
	int by = s->variant == 2 ? CLIENT : SERVER;
	uint32_t bytes = (uint32_t)story_between(s, 3000, 12000);
	struct wire_segment g;

	story_handshake(s);
	while (n--) {
		story_exchange(s, story_answer_bytes(s));
		story_pause_ms(s, 5, 400);
	}
	story_request(s);
	if (s->variant) {
		/* In the middle of an answer. */
		story_message(
			s, SERVER, bytes,
			(struct story_burst){ .content = story_http(s, WIRE_OK),
					      .total = bytes * 3 });
	} else {
		story_say_ack(s, SERVER);
	}
	story_pause_ms(s, 20, 900);
	g = story_segment(s, by, WIRE_RST | WIRE_ACK);
	story_put(s, &g);
}

static void tell_reset_early(struct story *s)
{
	struct wire_segment g;

	story_handshake(s);
	story_turn(s, SERVER);
	story_pause_ms(s, 0, 5);
	g = story_segment(s, SERVER, WIRE_RST | WIRE_ACK);
	story_put(s, &g);
}

/* Everything was said; the RST is only a short way to close. */
static void tell_reset_late(struct story *s)
{
	story_handshake(s);
	story_exchange(s, story_answer_bytes(s));
	s->time_ns += story_between(s, 20000, 300000);
	if (s->variant) {
		struct wire_segment g;

		story_say(s, SERVER, STORY_FIN, 0, WIRE_FILL);
		story_turn(s, CLIENT);
		story_say_ack(s, CLIENT);
		story_pause_ms(s, 1, 200);
		g = story_segment(s, CLIENT, WIRE_RST | WIRE_ACK);
		story_put(s, &g);
		return;
	}

	story_say(s, CLIENT, STORY_FIN, 0, WIRE_FILL);
	story_turn(s, SERVER);
	story_say(s, SERVER, STORY_FIN, 0, WIRE_FILL);
	story_turn(s, CLIENT);
	story_reset_bare(s, CLIENT, false);
}

static void tell_closed(struct story *s)
{
	story_handshake(s);
	story_turn(s, SERVER);
	story_pause_ms(s, 0, 4);
	story_close_by(s, SERVER);
}

static void tell_silent(struct story *s)
{
	story_handshake(s);
	story_request(s);
	story_say_ack(s, SERVER);
	s->time_ns += story_between(s, 15, 25) * STORY_SECOND;
	story_say(s, CLIENT, STORY_FIN, 0, WIRE_FILL);
	story_turn(s, SERVER);
	s->time_ns += 40 * STORY_MS;
	story_say_ack(s, SERVER);
}

static void tell_unheard(struct story *s)
{
	struct wire_segment g;

	story_handshake(s);
	story_exchange(s, story_answer_bytes(s));
	s->time_ns += story_between(s, 20, 40) * STORY_SECOND;
	g = story_segment(s, CLIENT, STORY_DATA);
	g.len = (uint16_t)story_between(s, 120, 600);
	g.content = (uint8_t)story_http(s, WIRE_GET);
	story_put(s, &g);
	story_again(s, g, 6);
}

/* A receiver that stopped reading, with a buffer of ten segments. */
static void tell_zero_window(struct story *s)
{
	struct story_burst b = { .content = story_http(s, WIRE_OK),
				 .total = 90000 };
	unsigned window = 14600;
	int64_t wait =
		200 * STORY_MS + s->round_ns[CLIENT] + s->round_ns[SERVER];

	s->flow->host[CLIENT].scale = 0;
	s->end[CLIENT].window = s->end[CLIENT].syn_window = (uint16_t)window;
	story_handshake(s);
	story_request(s);
	story_burst_send(s, SERVER, &b, 10U * s->segment, 10);
	for (unsigned i = 0; i < b.count; i++) {
		story_hear(s, &b.sent[i]);
		s->time_ns = b.sent[i].time_ns + s->round_ns[CLIENT] + 5000;
		window -= b.sent[i].len;
		/* Less than a segment is no window (RFC 9293, 3.8.6.2.2). */
		if (window < s->segment)
			window = 0;
		s->end[CLIENT].window = (uint16_t)window;
		if (i % 2)
			story_say_ack(s, CLIENT);
	}
	for (unsigned n = 0; n < 7; n++, wait *= 2) {
		struct wire_segment g;

		s->time_ns += wait;
		g = story_segment(s, SERVER, WIRE_ACK);
		g.seq--;
		story_put(s, &g);
		story_turn(s, CLIENT);
		story_say_ack(s, CLIENT);
	}
}

/* Behind the capture nothing larger than the request passes, and no router
 * says so: the full segments are sent again in vain, the small last is heard. */
static void tell_large_lost(struct story *s)
{
	int side = s->variant ? CLIENT : SERVER;
	uint32_t bytes = 2U * s->segment + (uint32_t)story_between(s, 100, 300);
	struct story_burst b = { .content = story_http(s, side ? WIRE_OK
							       : WIRE_POST),
				 .total = bytes };

	story_handshake(s);
	if (side == SERVER)
		story_request(s);
	story_burst_send(s, side, &b, bytes, 3);
	s->time_ns = b.sent[2].time_ns;
	story_turn(s, !side);
	story_say_block(s, !side, b.sent[2].seq, story_after(&b.sent[2]));
	story_again(s, b.sent[0], 6);
}

/* RFC 1191 and 8201 at work. */
static void tell_smaller(struct story *s)
{
	static const struct story_error too_big = {
		{ 3, 2 }, { 4, 0 }, true, false, false
	};

	enum { MTU = 1400 };
	struct story_burst b = { .content = story_http(s, WIRE_OK) };
	uint32_t from;

	b.total = (uint32_t)story_between(s, 5000, 9000);
	story_handshake(s);
	story_request(s);
	from = s->end[SERVER].next;
	story_burst_send(s, SERVER, &b, b.total, 3);
	s->time_ns = b.sent[2].time_ns + s->round_ns[CLIENT] / 2;
	for (unsigned i = 0; i < b.count; i++) {
		b.sent[i].mtu = MTU;
		story_answer_error(s, b.sent[i], &too_big);
		s->time_ns += STORY_STEP_NS;
	}
	story_turn(s, SERVER);
	s->end[SERVER].next = from;
	s->segment = (uint16_t)(s->segment - (1500 - MTU));
	story_message(s, SERVER, b.total, b);
	story_close_by(s, CLIENT);
}

/* One of ten is lost, before the capture or behind it, and sent again after
 * three duplicate acknowledgments (RFC 5681). */
static void tell_repaired(struct story *s)
{
	enum { LOST = 3, COUNT = 10 };
	struct story_burst b = { .content = story_http(s, WIRE_OK),
				 .total = COUNT * s->segment,
				 .unseen = s->variant ? 1 << LOST : 0 };
	struct wire_segment g;

	story_handshake(s);
	story_request(s);
	story_burst_send(s, SERVER, &b, b.total, COUNT);
	for (unsigned i = 0; i < COUNT; i++) {
		if (i < LOST)
			story_hear(s, &b.sent[i]);
		s->time_ns = b.sent[i].time_ns + s->round_ns[CLIENT] + 5000;
		if (i == 1 || i == LOST - 1)
			story_say_ack(s, CLIENT);
		if (i > LOST) {
			story_say_block(s, CLIENT, b.sent[LOST + 1].seq,
					story_after(&b.sent[i]));
		}
	}
	s->time_ns = b.sent[LOST + 3].time_ns + s->round_ns[CLIENT];
	story_turn(s, SERVER);
	if (s->time_ns < b.sent[COUNT - 1].time_ns + s->round_ns[CLIENT])
		s->time_ns = b.sent[COUNT - 1].time_ns + s->round_ns[CLIENT];
	g = b.sent[LOST];
	g.time_ns = s->time_ns;
	story_put(s, &g);
	story_turn(s, CLIENT);
	g.seq = b.sent[COUNT - 1].seq;
	story_hear(s, &g);
	story_say_ack(s, CLIENT);
	story_pause_ms(s, 1, 30);
	story_close_by(s, story_chance(s, 50));
}

/* The acknowledgment is late, the timer runs out, and the receiver says that
 * it had the segment already (RFC 2883). */
static void tell_spurious(struct story *s)
{
	uint32_t bytes = s->segment + 500U;
	struct story_burst b = { .content = story_http(s, WIRE_OK),
				 .total = bytes };
	struct wire_segment g;

	story_handshake(s);
	story_request(s);
	story_burst_send(s, SERVER, &b, bytes, 2);
	story_again(s, b.sent[0], 1);
	g = b.sent[0];
	s->time_ns += story_between(s, 5 * STORY_MS, 40 * STORY_MS);
	story_hear(s, &b.sent[1]);
	story_say_ack(s, CLIENT);
	s->time_ns += story_between(s, STORY_MS, 5 * STORY_MS);
	story_say_block(s, CLIENT, g.seq, story_after(&g));
	story_pause_ms(s, 1, 30);
	story_close_by(s, story_chance(s, 50));
}

static void tell_midstream(struct story *s)
{
	s->end[SERVER].heard = s->end[CLIENT].next;
	s->end[CLIENT].heard = s->end[SERVER].next;
	for (int side = 0; side < 2; side++) {
		s->end[side].recent = s->end[!side].clock +
				      (uint32_t)(s->time_ns / STORY_MS) - 900;
	}
	for (unsigned n = 2; n--;) {
		story_exchange(s, story_answer_bytes(s));
		story_pause_ms(s, 20, 900);
	}
	if (s->variant)
		story_close_by(s, CLIENT);
}

static void tell_datagrams(struct story *s)
{
	unsigned n = story_rounds(s, 1);
	unsigned answer =
		s->flow->v6 ? WIRE_DNS_ANSWER_BYTES_6 : WIRE_DNS_ANSWER_BYTES_4;

	for (unsigned i = 0; i < n; i++, s->end[CLIENT].next++) {
		bool dns = s->flow->host[SERVER].port == 53;

		(void)story_datagram(s, CLIENT, dns ? WIRE_DNS_QUERY_BYTES : 90,
				     dns ? WIRE_DNS_QUERY : WIRE_FILL);
		story_turn(s, SERVER);
		story_pause_ms(s, 0, 8);
		(void)story_datagram(s, SERVER, dns ? answer : 220,
				     dns ? WIRE_DNS_ANSWER : WIRE_FILL);
		story_pause_ms(s, 1, 90);
	}
}

/* A resolver waits 5 seconds and asks again, with the same id. */
static void tell_no_datagram(struct story *s)
{
	for (unsigned n = 0; n < 2; n++) {
		(void)story_datagram(s, CLIENT, WIRE_DNS_QUERY_BYTES,
				     WIRE_DNS_QUERY);
		s->time_ns +=
			5 * STORY_SECOND + story_between(s, 0, 6 * STORY_MS);
	}
}

static void tell_no_port(struct story *s)
{
	static const struct story_error closed = {
		{ 3, 1 }, { 3, 4 }, false, false, false
	};

	for (unsigned n = 0; n < 2; n++) {
		struct wire_segment g = story_datagram(
			s, CLIENT, WIRE_DNS_QUERY_BYTES, WIRE_DNS_QUERY);

		story_turn(s, SERVER);
		story_answer_error(s, g, &closed);
		story_turn(s, CLIENT);
	}
}

static void tell_ping(struct story *s)
{
	unsigned n = story_rounds(s, 4);

	for (unsigned i = 1; i <= n; i++) {
		int64_t sent = s->time_ns;

		story_echo(s, CLIENT, i);
		story_turn(s, SERVER);
		story_echo(s, SERVER, i);
		s->time_ns = sent + STORY_SECOND * 4 / n;
	}
}

/* Weights are those of an office's uplink on a bad day. */
static const struct scenario scenarios[] = {
	{ "healthy-short", "none", tell_short, 318, 4, SCENARIO_TCP, 0 },
	{ "healthy-long", "none", tell_long, 31, 8, SCENARIO_TCP, 0 },
	{ "keep-alive", "none", tell_keep_alive, 8, 8, SCENARIO_TCP, 0 },
	{ "syn-unanswered", "syn-unanswered", tell_unanswered, 45, 14,
	  SCENARIO_TCP, 0 },
	{ "refused-by-rst", "refused-by-rst", tell_refused, 50, 3, SCENARIO_TCP,
	  0 },
	{ "host-prohibited", "refused-by-icmp", tell_prohibited, 15, 5,
	  SCENARIO_TCP, 0 },
	{ "admin-prohibited", "refused-by-icmp", tell_prohibited, 15, 5,
	  SCENARIO_TCP, 1 },
	{ "port-unreachable", "refused-by-icmp", tell_prohibited, 10, 5,
	  SCENARIO_TCP, 2 },
	{ "host-unreachable-late", "refused-by-icmp", tell_prohibited, 10, 5,
	  SCENARIO_TCP, 3 },
	{ "no-route", "refused-by-icmp", tell_prohibited, 10, 5, SCENARIO_TCP,
	  4 },
	{ "synack-no-ack", "handshake-incomplete/synack-unanswered",
	  tell_no_ack, 10, 14, SCENARIO_TCP, 0 },
	{ "reset-unanswered-request", "reset-mid-stream", tell_reset, 8, 5,
	  SCENARIO_TCP, 0 },
	{ "reset-in-answer", "reset-mid-stream", tell_reset, 9, 5, SCENARIO_TCP,
	  1 },
	{ "reset-by-client", "reset-mid-stream", tell_reset, 3, 5, SCENARIO_TCP,
	  2 },
	{ "reset-after-connect", "reset-after-connect", tell_reset_early, 5, 3,
	  SCENARIO_TCP, 0 },
	{ "reset-after-fins", "none", tell_reset_late, 20, 4, SCENARIO_TCP, 0 },
	{ "reset-after-fin", "none", tell_reset_late, 25, 4, SCENARIO_TCP, 1 },
	{ "closed-after-connect", "closed-after-connect", tell_closed, 15, 4,
	  SCENARIO_TCP, 0 },
	{ "silent-after-connect", "silent-after-connect", tell_silent, 15, 30,
	  SCENARIO_TCP, 0 },
	{ "data-unanswered", "data-unanswered", tell_unheard, 5, 75,
	  SCENARIO_TCP, 0 },
	{ "zero-window", "peer-window-zero", tell_zero_window, 10, 70,
	  SCENARIO_TCP, 0 },
	{ "large-answer-lost", "only-large-segments-lost", tell_large_lost, 7,
	  40, SCENARIO_TCP, 0 },
	{ "large-upload-lost", "only-large-segments-lost", tell_large_lost, 3,
	  40, SCENARIO_TCP, 1 },
	{ "fragmentation-needed", "none", tell_smaller, 10, 5, SCENARIO_TCP,
	  0 },
	{ "loss-behind-repaired", "none", tell_repaired, 10, 5, SCENARIO_TCP,
	  0 },
	{ "loss-before-repaired", "none", tell_repaired, 10, 5, SCENARIO_TCP,
	  1 },
	{ "spurious-retransmission", "none", tell_spurious, 10, 5, SCENARIO_TCP,
	  0 },
	{ "mirrored", "none", tell_short, 10, 4, SCENARIO_TCP, 1 },
	{ "mirrored-routed", "none", tell_short, 10, 4, SCENARIO_TCP, 2 },
	{ "midstream-open", "not-enough-seen", tell_midstream, 10, 5,
	  SCENARIO_TCP, 0 },
	{ "midstream-closed", "not-enough-seen", tell_midstream, 10, 5,
	  SCENARIO_TCP, 1 },
	{ "udp-answered", "none", tell_datagrams, 225, 4, SCENARIO_UDP, 0 },
	{ "udp-unanswered", "udp-unanswered", tell_no_datagram, 25, 12,
	  SCENARIO_DNS, 0 },
	{ "udp-refused", "udp-refused-by-icmp", tell_no_port, 20, 3,
	  SCENARIO_DNS, 0 },
	{ "ping", "none", tell_ping, 20, 6, SCENARIO_ICMP, 0 },
};

enum { SCENARIOS = sizeof(scenarios) / sizeof(scenarios[0]) };

const struct scenario *scenario_pick(struct rng *rng, int64_t left_ns)
{
	uint32_t all = 0;
	uint32_t n;

	for (unsigned i = 0; i < SCENARIOS; i++)
		all += scenarios[i].weight;
	n = rng_below(rng, all);
	for (unsigned i = 0; i < SCENARIOS; i++) {
		if (n < scenarios[i].weight) {
			bool fits =
				scenarios[i].seconds * STORY_SECOND <= left_ns;

			return &scenarios[fits ? i : 0];
		}
		n -= scenarios[i].weight;
	}
	return &scenarios[0];
}

int scenario_tell(const struct scenario *which, struct story_stage *stage,
		  struct wire_flow *flow, int64_t start_ns)
{
	struct story s;

	story_init(&s, stage, flow, start_ns);
	s.variant = which->variant;
	which->tell(&s);
	return s.result;
}
