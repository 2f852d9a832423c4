/*
 * One TCP packet into its flow: its opening, its ending, and what stands between
 * (RFC 9293). flow_begin.c finds the flow; flow_data.c keeps its numbers.
 */
#include "trace/flow_tcp.h"

#define GIVEN_UP_NS (5 * INT64_C(1000000000))

static uint16_t shape_of(const struct packet *p)
{
	uint32_t shape = p->payload_len * 31 + p->tcp.ack * 7;

	return (uint16_t)(shape ^ shape >> 16 ^ p->tcp.flags * 257U);
}

/* The same packet a second time, out of a mirror port: not sent again. A stack
 * gives a retransmission a new IP id. */
static bool is_twin(const struct flow_half *h, const struct packet *p,
		    uint16_t shape)
{
	uint32_t us;

	if (!h->packets || !(p->marks & PACKET_SEQ) ||
	    h->last_seq != p->tcp.seq || h->last_shape != shape)
		return false;

	us = (uint32_t)(p->time_ns / 1000) - h->last_us;
	if (h->last_ip_id && p->version == 4)
		return h->last_ip_id == (uint16_t)p->ip_id && us < SYN_ROUND_US;

	return us < TWIN_US &&
	       (p->payload_len || p->tcp.flags & (TCP_SYN | TCP_FIN | TCP_RST));
}

static void remember(struct flow_half *h, const struct packet *p,
		     uint16_t shape)
{
	h->last_us = (uint32_t)(p->time_ns / 1000);
	h->last_shape = shape;
	/* The highest: a late twin must not make its successors look new. */
	if ((uint16_t)(h->last_ip_id - p->ip_id) >= BURST || !h->last_ip_id)
		h->last_ip_id = (uint16_t)p->ip_id;
	if (p->marks & PACKET_SEQ)
		h->last_seq = p->tcp.seq;
}

static void syn_options(struct flow *f, const struct packet *p)
{
	uint32_t state = 0;

	if ((p->tcp.flags & (TCP_ECE | TCP_CWR)) == (TCP_ECE | TCP_CWR))
		state |= FLOW_SYN_ECN;
	else
		state |= FLOW_SYN_PLAIN;
	state |= p->tcp.has_fast_open ? FLOW_SYN_FAST_OPEN
				      : FLOW_SYN_SLOW_FAST_OPEN;
	if (p->tcp.has_md5)
		state |= FLOW_SYN_SIGNED;
	if (p->tcp.has_timestamp)
		state |= FLOW_SYN_TIMESTAMP;
	if (p->marks & PACKET_OPTIONS)
		state |= FLOW_SYN_OPTIONS;
	if (p->marks & PACKET_BAD_CHECKSUM)
		state |= FLOW_SYN_BAD_SUM;
	if (p->marks & PACKET_GOOD_CHECKSUM)
		state |= FLOW_SYN_GOOD_SUM;
	if (p->marks & PACKET_OTHERHOST)
		state |= FLOW_SYN_OTHERHOST;
	f->state |= state;
	if (p->marks & PACKET_INCOMING)
		f->said |= SAID_SYN_FOR_US;
}

static void offer(struct flow_half *h, const struct packet *p)
{
	h->mss = p->tcp.mss;
	h->scale = p->tcp.window_scale;
	if (p->tcp.sack_permitted)
		h->marks |= HALF_SACK;
}

static void opened(struct flow *f, const struct packet *p)
{
	uint32_t us = us_after(f->first_ns, p->time_ns);

	f->open_us = us;
	if (f->rtt_us && us > f->rtt_us)
		f->rtt_us = us;
}

/* The last ACK of the handshake was not captured: it came soon after the
 * SYN-ACK. */
static void opened_unseen(struct flow *f, const struct packet *p)
{
	if (f->rtt_us)
		f->open_us = f->rtt_us;
	else
		opened(f, p);
}

static void syn(struct flow_table *t, struct flow *f, const struct packet *p)
{
	struct flow_half *h = &f->half[FLOW_CLIENT];

	syn_options(f, p);
	offer(h, p);
	flow_tries(t, f);
	if (f->syns < UINT8_MAX)
		f->syns++;
	if (!(h->marks & HALF_SYN)) {
		h->marks |= HALF_SYN;
		f->opening = OPENING_SYN;
		f->isn = p->tcp.seq;
		h->base = p->tcp.seq;
		flow_prove(t, f, SHOWN_FIRST, p);
		return;
	}

	flow_prove(t, f, SHOWN_REPEAT, p);
	if (f->half[FLOW_SERVER].marks & HALF_SYN && !f->open_us)
		f->state |= FLOW_SYNACK_IGNORED;
}

static void synack(const struct flow_table *t, struct flow *f,
		   const struct packet *p)
{
	struct flow_half *h = &f->half[FLOW_SERVER];
	uint32_t us = us_after(f->first_ns, p->time_ns);

	offer(h, p);
	if (h->marks & HALF_SYN) {
		f->state |= FLOW_SYNACK_REPEATED;
		if (!f->open_us)
			flow_prove(t, f, SHOWN_STUCK, p);
		return;
	}

	h->marks |= HALF_SYN;
	flow_prove(t, f, SHOWN_ANSWER, p);
	/* A RST just behind this SYN-ACK had only overtaken it. */
	if (f->state & FLOW_RST_REFUSES && h->last_seq == p->tcp.seq + 1) {
		f->state &= ~(uint32_t)FLOW_RST_REFUSES;
		f->state |= FLOW_SERVER_ENDED;
		h->marks |= HALF_RST;
		h->hole_left = h->last_seq;
		h->hole_right = h->last_seq;
	}
	if (!p->tcp.window)
		f->state |= FLOW_SYNACK_ZERO;
	if (f->syns > 1 && us >= SYN_ROUND_US)
		f->state |= FLOW_SYNACK_LATE;
	if (f->syns == 1)
		f->rtt_us = us;
}

/* A RST refuses a SYN only if it acknowledges it (RFC 9293 3.10.7.3); any other
 * is ignored by the client, and was likely made by somebody else. */
static bool refuses_syn(const struct flow *f, const struct packet *p)
{
	uint32_t over = p->tcp.ack - f->isn;

	if (!(p->marks & PACKET_SEQ))
		return true;
	if (!(p->tcp.flags & TCP_ACK))
		return false;

	return over >= 1 && over <= 1 + f->bytes[FLOW_CLIENT];
}

static void refused(const struct flow_table *t, struct flow *f,
		    const struct packet *p)
{
	if (!refuses_syn(f, p)) {
		f->state |= FLOW_FORGED_RST;
		return;
	}

	f->state |= FLOW_RST_REFUSES;
	if (p->marks & PACKET_FLOW_LABEL && p->flow_label)
		f->state |= FLOW_RST_LABELLED;
	flow_prove_first(t, f, SHOWN_ERROR, p);
}

/* Old or far ahead of what the sender sent so far: not part of the flow. */
static bool fits(const struct flow_half *h, const struct packet *p)
{
	enum { FAR = 1 << 24 };

	uint32_t ahead = p->tcp.seq - h->acked;

	if (!(p->marks & PACKET_SEQ) || !(h->marks & HALF_SEQ) ||
	    h->marks & HALF_RELATIVE)
		return true;

	return ahead + FAR < 2 * FAR;
}

static void ended(struct flow *f, int direction)
{
	if (!(f->state & (FLOW_CLIENT_ENDED | FLOW_SERVER_ENDED)))
		f->state |= direction == FLOW_CLIENT ? FLOW_CLIENT_ENDED
						     : FLOW_SERVER_ENDED;
}

/* A client that ends a silence of some seconds had waited for something. */
static void waited(struct flow *f, int direction, int64_t idle_ns)
{
	if (direction == FLOW_CLIENT && idle_ns >= GIVEN_UP_NS)
		f->said |= SAID_CLIENT_WAITED;
}

static void reset(const struct flow_table *t, struct flow *f, int direction,
		  const struct packet *p, int64_t idle_ns)
{
	struct flow_half *h = &f->half[direction];
	const struct flow_half *o = &f->half[!direction];

	if (direction == FLOW_SERVER && f->opening == OPENING_SYN &&
	    !(h->marks & (HALF_SYN | HALF_DATA)) && f->client_acks == 0) {
		refused(t, f, p);
		return;
	}
	if (!fits(h, p)) {
		f->state |= FLOW_FORGED_RST;
		return;
	}

	waited(f, direction, idle_ns);
	/* Only a connection that is known is reset with an ACK (RFC 9293 3.5.2):
	 * the last ACK of the handshake was not captured. */
	if (!f->open_us && f->half[FLOW_SERVER].marks & HALF_SYN &&
	    p->tcp.flags & TCP_ACK)
		opened_unseen(f, p);
	if (direction == FLOW_CLIENT && o->marks & HALF_SYN && !f->open_us)
		f->state |= FLOW_SYNACK_RESET;
	if ((h->marks | o->marks) & HALF_FIN)
		f->state |= FLOW_RST_AFTER_FIN;
	if (h->packets && p->marks & PACKET_TTL)
		f->state |= h->ttl == p->ttl ? FLOW_RST_SAME_TTL
					     : FLOW_RST_OTHER_TTL;
	ended(f, direction);
	h->marks |= HALF_RST;
	h->hole_left = h->next;
	h->hole_right = h->next;
	flow_prove_first(t, f, SHOWN_ERROR, p);
}

/* tcpdump counts from the first packet with ACK, and from every SYN-ACK. */
static void count_from(struct flow *f, int direction, const struct packet *p)
{
	struct flow_half *h = &f->half[direction];
	struct flow_half *o = &f->half[!direction];

	if (!(p->marks & PACKET_SEQ) ||
	    (h->marks & HALF_BASED && !(p->tcp.flags & TCP_SYN)))
		return;

	h->marks |= HALF_BASED;
	o->marks |= HALF_BASED;
	h->base = p->tcp.seq;
	o->base = p->tcp.ack - 1;
}

static void fin(const struct flow_table *t, struct flow *f, int direction,
		const struct packet *p, int64_t idle_ns)
{
	struct flow_half *h = &f->half[direction];

	if (h->marks & HALF_FIN)
		return;

	waited(f, direction, idle_ns);

	h->marks |= HALF_FIN;
	if (h->marks & HALF_SEQ && p->marks & PACKET_SEQ &&
	    seq_after(p->tcp.seq, h->next))
		h->marks |= HALF_DATA; /* sent before it, never captured */
	if (h->marks & HALF_SEQ && p->marks & PACKET_SEQ)
		h->next = p->tcp.seq + p->payload_len + 1;
	ended(f, direction);
	flow_prove_first(t, f, SHOWN_END, p);
}

/* An ACK that does not concern the SYN: the server knows this pair of ends from
 * an older connection (RFC 9293 3.5.1, RFC 5961 4). */
static bool is_stray_ack(const struct flow *f, int direction,
			 const struct packet *p)
{
	return direction == FLOW_SERVER && f->opening == OPENING_SYN &&
	       !(f->half[FLOW_SERVER].marks & HALF_SYN) && !f->client_acks &&
	       p->tcp.flags & TCP_ACK &&
	       !(p->tcp.flags & (TCP_SYN | TCP_RST)) && !p->payload_len &&
	       p->tcp.ack != f->isn + 1;
}

static void client_acks(struct flow *f, const struct packet *p)
{
	if (f->client_acks < UINT16_MAX)
		f->client_acks++;
	if (!f->open_us && f->half[FLOW_SERVER].marks & HALF_SYN)
		opened(f, p);
}

static void connected(struct flow_table *t, struct flow *f, int direction,
		      const struct packet *p, int64_t idle_ns)
{
	if (direction == FLOW_CLIENT && p->tcp.flags & TCP_ACK)
		client_acks(f, p);
	else if (direction == FLOW_SERVER && !f->open_us &&
		 !(p->tcp.flags & TCP_SYN) &&
		 f->half[FLOW_SERVER].marks & HALF_SYN)
		opened_unseen(f, p);
	if (p->tcp.flags & TCP_ACK) {
		count_from(f, direction, p);
		flow_data_acknowledges(f, direction, p);
	}
	if (p->marks & PACKET_SEQ)
		flow_data_sends(t, f, direction, p, idle_ns);
	else if (p->payload_len)
		f->half[direction].marks |= HALF_DATA;
	if (p->payload_len) {
		if (direction == FLOW_SERVER && !f->answer_us)
			f->answer_us = us_after(
				f->first_ns + f->open_us * INT64_C(1000),
				p->time_ns);
		flow_words(t, f, direction, p);
	}
	if (p->tcp.flags & TCP_FIN)
		fin(t, f, direction, p, idle_ns);
}

void flow_tcp(struct flow_table *t, const struct packet *p,
	      const struct flow_key *key, uint32_t hash)
{
	int direction = FLOW_CLIENT;
	struct flow *f = flow_begin(t, p, key, hash, &direction);
	uint16_t shape = shape_of(p);
	int64_t idle_ns;

	if (!f)
		return;

	idle_ns = p->time_ns - f->last_ns;
	if (is_twin(&f->half[direction], p, shape)) {
		f->state |= FLOW_DUPLICATES;
		return;
	}

	if (is_syn(p))
		syn(t, f, p);
	else if (is_synack(p) && direction == FLOW_SERVER)
		synack(t, f, p);
	else
		flow_prove_first(t, f,
				 direction == FLOW_SERVER ? SHOWN_ANSWER
							  : SHOWN_FIRST,
				 p);

	if (is_stray_ack(f, direction, p))
		f->state |= FLOW_ACK_FOR_SYN;
	else if (p->tcp.flags & TCP_RST)
		reset(t, f, direction, p, idle_ns);
	else
		connected(t, f, direction, p, idle_ns);

	if (p->tcp.flags & TCP_RST && p->tcp.flags & TCP_ACK)
		count_from(f, direction, p);
	flow_count(f, direction, p);
	remember(&f->half[direction], p, shape);
}
