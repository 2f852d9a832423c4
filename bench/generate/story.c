#include "story.h"

#include <string.h>

/* The windows that an idle connection shows, already scaled down. */
static const uint16_t windows[WIRE_STYLES] = {
	[WIRE_LINUX] = 502, [WIRE_WINDOWS] = 1026, [WIRE_MACOS] = 2058
};

void story_init(struct story *s, struct story_stage *stage,
		struct wire_flow *flow, int64_t start_ns)
{
	double far = rng_share(stage->rng);

	memset(s, 0, sizeof(*s));
	s->stage = stage;
	s->flow = flow;
	s->time_ns = start_ns;
	for (int side = 0; side < 2; side++) {
		s->end[side].next = rng_u32(stage->rng);
		s->end[side].clock = rng_u32(stage->rng);
		s->end[side].id = (uint16_t)rng_u32(stage->rng);
		s->end[side].window = windows[flow->host[side].style];
	}
	s->end[CLIENT].syn_window = flow->v6 ? 64800 : 64240;
	s->end[SERVER].syn_window = flow->v6 ? 64260 : 65160;
	s->segment =
		(uint16_t)(flow->host[CLIENT].mss - (flow->stamps ? 12 : 0));
	/* Most servers are near, a few beyond an ocean. */
	s->round_ns[SERVER] = (int64_t)((double)STORY_MS *
					(0.25 + 150 * far * far * far * far));
	s->round_ns[CLIENT] = story_between(s, STORY_MS / 10, 3 * STORY_MS);
}

bool story_chance(struct story *s, unsigned percent)
{
	return rng_below(s->stage->rng, 100) < percent;
}

int64_t story_between(struct story *s, int64_t low, int64_t high)
{
	return rng_between(s->stage->rng, low, high);
}

void story_pause_ms(struct story *s, int64_t low, int64_t high)
{
	s->time_ns += story_between(s, low * STORY_MS, high * STORY_MS);
}

void story_turn(struct story *s, int side)
{
	s->time_ns += s->round_ns[side] + story_between(s, 20000, 120000);
}

static void add(struct story *s, const struct wire_segment *g)
{
	struct wire_segment copy = *g;
	int r = queue_add(s->stage->queue, g);

	s->flow->pending++;
	if (!r && s->mirrored) {
		copy.time_ns += story_between(s, 1000, 40000);
		copy.routed = s->routed;
		r = queue_add(s->stage->queue, &copy);
		s->flow->pending++;
	}
	if (r < 0)
		s->result = r;
}

struct wire_segment story_segment(const struct story *s, int side,
				  unsigned flags)
{
	const struct story_talk *me = &s->end[side];

	return (struct wire_segment){
		.time_ns = s->time_ns,
		.flow = s->flow,
		.seq = me->next,
		.ack = flags & WIRE_ACK ? me->heard : 0,
		.echo = flags & WIRE_ACK ? me->recent : 0,
		.window = flags & WIRE_SYN ? me->syn_window : me->window,
		.flags = (uint8_t)flags,
		.side = (uint8_t)side,
		.kind = WIRE_TCP,
	};
}

static uint32_t stamp_of(const struct story *s, const struct wire_segment *g)
{
	return s->end[g->side].clock + (uint32_t)(g->time_ns / STORY_MS);
}

void story_put(struct story *s, struct wire_segment *g)
{
	struct story_talk *me = &s->end[g->side];

	g->stamp = stamp_of(s, g);
	g->id = me->id++;
	if (g->flags == (WIRE_SYN | WIRE_ACK) || g->bare)
		g->id = 0;
	add(s, g);
}

uint32_t story_after(const struct wire_segment *g)
{
	return g->seq + g->len + !!(g->flags & (WIRE_SYN | WIRE_FIN));
}

void story_hear(struct story *s, const struct wire_segment *g)
{
	struct story_talk *you = &s->end[!g->side];

	you->heard = story_after(g);
	you->recent = g->stamp;
}

void story_say(struct story *s, int side, unsigned flags, unsigned len,
	       int content)
{
	struct wire_segment g = story_segment(s, side, flags);

	g.len = (uint16_t)len;
	g.content = (uint8_t)content;
	story_put(s, &g);
	s->end[side].next = story_after(&g);
	story_hear(s, &g);
}

void story_say_ack(struct story *s, int side)
{
	story_say(s, side, WIRE_ACK, 0, WIRE_FILL);
}

void story_reset_bare(struct story *s, int side, bool with_ack)
{
	struct wire_segment g =
		story_segment(s, side, WIRE_RST | with_ack * WIRE_ACK);

	g.bare = true;
	g.window = 0;
	story_put(s, &g);
}

void story_handshake(struct story *s)
{
	story_say(s, CLIENT, WIRE_SYN, 0, WIRE_FILL);
	story_turn(s, SERVER);
	story_say(s, SERVER, WIRE_SYN | WIRE_ACK, 0, WIRE_FILL);
	story_turn(s, CLIENT);
	story_say_ack(s, CLIENT);
	s->time_ns += story_between(s, 20000, 200000);
}

int story_http(const struct story *s, int content)
{
	return s->flow->host[SERVER].port == 80 ? content : WIRE_FILL;
}

void story_burst_send(struct story *s, int side, struct story_burst *b,
		      uint32_t left, unsigned max)
{
	for (b->count = 0; left && b->count < max; b->count++) {
		struct wire_segment *g = &b->sent[b->count];

		*g = story_segment(s, side,
				   left > s->segment ? WIRE_ACK : STORY_DATA);
		g->time_ns += (int64_t)b->count * STORY_STEP_NS;
		g->len = left > s->segment ? s->segment : (uint16_t)left;
		g->content = b->count ? WIRE_FILL : (uint8_t)b->content;
		g->arg = b->total;
		left -= g->len;
		s->end[side].next = story_after(g);
		if (b->unseen >> b->count & 1) {
			g->stamp = stamp_of(s, g);
		} else {
			story_put(s, g);
		}
	}
}

/* Every second segment and the last are acknowledged (RFC 1122). */
static void burst_acknowledge(struct story *s, int side,
			      const struct story_burst *b)
{
	for (unsigned i = 0; i < b->count; i++) {
		story_hear(s, &b->sent[i]);
		s->time_ns = b->sent[i].time_ns + s->round_ns[!side] + 5000;
		if (i % 2 || i + 1 == b->count)
			story_say_ack(s, !side);
	}
}

void story_message(struct story *s, int side, uint32_t bytes,
		   struct story_burst b)
{
	unsigned max = 10;

	for (;;) {
		uint32_t from = s->end[side].next;

		story_burst_send(s, side, &b, bytes, max);
		burst_acknowledge(s, side, &b);
		bytes -= s->end[side].next - from;
		if (!bytes)
			return;
		b.content = WIRE_FILL;
		max = max * 2 < STORY_BURST ? max * 2 : STORY_BURST;
		story_turn(s, side);
	}
}

void story_request(struct story *s)
{
	story_say(s, CLIENT, STORY_DATA, (unsigned)story_between(s, 120, 600),
		  story_http(s, WIRE_GET));
	story_turn(s, SERVER);
}

void story_exchange(struct story *s, uint32_t bytes)
{
	story_request(s);
	story_pause_ms(s, 0, 20);
	story_message(s, SERVER, bytes,
		      (struct story_burst){ .content = story_http(s, WIRE_OK),
					    .total = bytes });
}

/* Many small answers, few large ones. */
uint32_t story_answer_bytes(struct story *s)
{
	double x = rng_share(s->stage->rng);

	return 150 + (uint32_t)(4200 * x * x * x);
}

unsigned story_rounds(struct story *s, unsigned base)
{
	double n = base * s->stage->more;

	return (unsigned)(n + rng_share(s->stage->rng));
}

void story_close_by(struct story *s, int side)
{
	s->time_ns += story_between(s, 20000, 300000);
	story_say(s, side, STORY_FIN, 0, WIRE_FILL);
	story_turn(s, !side);
	story_say(s, !side, STORY_FIN, 0, WIRE_FILL);
	story_turn(s, side);
	story_say_ack(s, side);
}

struct wire_segment story_syn_again(struct story *s, unsigned n)
{
	struct wire_segment g;

	if (n) {
		s->time_ns += STORY_SECOND << (n - 1);
		s->time_ns += story_between(s, 0, 30 * STORY_MS);
	}
	g = story_segment(s, CLIENT, WIRE_SYN);
	story_put(s, &g);
	return g;
}

void story_answer_error(struct story *s, struct wire_segment g,
			const struct story_error *e)
{
	g.time_ns = s->time_ns;
	g.kind = WIRE_ERROR;
	g.type = e->type[s->flow->v6];
	g.code = e->code[s->flow->v6];
	g.by_router = e->by_router;
	add(s, &g);
}

void story_again(struct story *s, struct wire_segment g, unsigned n)
{
	int64_t wait =
		200 * STORY_MS + s->round_ns[CLIENT] + s->round_ns[SERVER];

	for (; n--; wait *= 2) {
		s->time_ns += wait + story_between(s, 0, 4 * STORY_MS);
		g.time_ns = s->time_ns;
		story_put(s, &g);
	}
}

void story_say_block(struct story *s, int side, uint32_t from, uint32_t to)
{
	struct wire_segment g = story_segment(s, side, WIRE_ACK);

	g.blocks = 1;
	g.block[0][0] = from;
	g.block[0][1] = to;
	story_put(s, &g);
}

struct wire_segment story_datagram(struct story *s, int side, unsigned len,
				   int content)
{
	struct wire_segment g = {
		.time_ns = s->time_ns,
		.flow = s->flow,
		.side = (uint8_t)side,
		.kind = WIRE_UDP,
		.len = (uint16_t)len,
		.content = (uint8_t)content,
		.arg = s->end[CLIENT].next,
		.seq = s->end[side].next,
	};

	add(s, &g);
	return g;
}

void story_echo(struct story *s, int side, uint32_t sequence)
{
	struct wire_segment g = {
		.time_ns = s->time_ns,
		.flow = s->flow,
		.side = (uint8_t)side,
		.kind = WIRE_ECHO,
		.len = 56,
		.seq = sequence,
		.id = side ? ++s->end[side].id : s->end[side].id,
	};

	add(s, &g);
}
