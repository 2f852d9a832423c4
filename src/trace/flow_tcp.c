/*
 * One TCP packet into its flow (RFC 9293, 2018, 2883, 7323).
 *
 * Theory of operation. Each direction keeps where its numbers begin (base), how
 * far it sent (next) and how far it was acknowledged (acked). A segment beyond
 * next opens a hole; one below it is the hole filled (reordered, when it comes
 * at once), a keep-alive, a window probe, a twin that a mirror port made, or a
 * retransmission. The segment repeated last (stuck) stays counted until an ACK
 * or a SACK block covers it: what is still stuck at the end was lost.
 */
#include "trace/flow_table.h"

enum {
	TWIN_US = 2000,        /* far below every retransmission timer */
	REORDER_US = 3000,     /* as tcp.analysis of Wireshark */
	SYN_ROUND_US = 900000, /* RFC 6298: the first timeout is a second */
	SERVICE_PORTS = 1024,
	OPTION_BYTES = 40, /* at most, out of the MSS (RFC 9293 3.7.1) */
	BURST = 64,        /* packets that a mirror may hold back */
	SMALL = 512,       /* every path carries it (RFC 1122 3.3.3: 576) */
	FEW = 16,          /* packets that may be captured before their SYN */
};

#define IDLE_NS (60 * INT64_C(1000000000))
#define GIVEN_UP_NS (5 * INT64_C(1000000000))
#define PAUSE_NS (3 * INT64_C(1000000000))

static bool is_syn(const struct packet *p)
{
	return (p->tcp.flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;
}

static bool is_synack(const struct packet *p)
{
	return (p->tcp.flags & (TCP_SYN | TCP_ACK | TCP_RST)) ==
	       (TCP_SYN | TCP_ACK);
}

static uint32_t us_after(int64_t from_ns, int64_t to_ns)
{
	int64_t us = (to_ns - from_ns) / 1000;

	if (us < 1)
		return 1;

	return us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

/* A SYN that does not repeat the one we know begins another flow. */
static bool begins_anew(const struct flow *f, int direction,
			const struct packet *p)
{
	if (!is_syn(p) || f->opening == OPENING_QUOTED)
		return false;
	/* The SYN behind its own SYN-ACK: captured out of order, or sent again
	 * after the first was missed. */
	if (direction == FLOW_CLIENT && f->opening == OPENING_SYNACK)
		return p->tcp.seq != f->half[FLOW_CLIENT].base;
	if (direction != FLOW_CLIENT || f->opening != OPENING_SYN)
		return true;
	if (!(p->marks & PACKET_SEQ))
		return f->half[FLOW_SERVER].packets > 0;

	return p->tcp.seq != f->isn;
}

/* In the middle of a conversation the lower port is the better guess. */
static bool looks_like_client(const struct packet *p)
{
	if (p->sport < SERVICE_PORTS && p->dport >= SERVICE_PORTS)
		return false;
	if (p->dport < SERVICE_PORTS && p->sport >= SERVICE_PORTS)
		return true;

	return p->sport >= p->dport;
}

/* A SYN-ACK out of nowhere may answer a SYN that went to another address. */
static void from_elsewhere(struct flow_table *t, const struct packet *p)
{
	struct flow *f = flow_syn_of(t, &p->dst, p->dport);

	if (f && !f->half[FLOW_SERVER].packets && f->isn + 1 == p->tcp.ack)
		f->said |= SAID_SYNACK_ELSEWHERE;
}

static struct flow *begin(struct flow_table *t, const struct packet *p,
			  const struct flow_key *key, uint32_t hash,
			  int *ret_direction)
{
	bool from_client = looks_like_client(p);
	enum flow_opening opening = OPENING_MIDSTREAM;
	struct flow *f;

	if (is_syn(p)) {
		from_client = true;
		opening = OPENING_SYN;
	} else if (is_synack(p)) {
		from_client = false;
		opening = OPENING_SYNACK;
	}

	f = flow_create(t, key, hash, from_client, p->time_ns);
	if (!f)
		return NULL;

	f->opening = (uint8_t)opening;
	if (opening == OPENING_SYNACK)
		from_elsewhere(t, p);
	*ret_direction = from_client ? FLOW_CLIENT : FLOW_SERVER;
	flow_prove(t, f, SHOWN_FIRST, p);
	return f;
}

static uint16_t shape_of(const struct packet *p)
{
	uint32_t shape = p->payload_len * 31 + p->tcp.ack * 7;

	return (uint16_t)(shape ^ shape >> 16 ^ p->tcp.flags * 257U);
}

/* The same packet a second time, out of a mirror port: not sent again. A stack
 * gives a retransmission a new IP id. */
static bool is_twin(const struct flow_half *h, const struct packet *p)
{
	uint32_t us = (uint32_t)(p->time_ns / 1000) - h->last_us;

	if (!h->packets || !(p->marks & PACKET_SEQ) ||
	    h->last_seq != p->tcp.seq || h->last_shape != shape_of(p))
		return false;
	if (h->last_ip_id && p->version == 4)
		return h->last_ip_id == (uint16_t)p->ip_id && us < SYN_ROUND_US;

	return us < TWIN_US &&
	       (p->payload_len || p->tcp.flags & (TCP_SYN | TCP_FIN | TCP_RST));
}

static void remember(struct flow_half *h, const struct packet *p)
{
	h->last_us = (uint32_t)(p->time_ns / 1000);
	h->last_shape = shape_of(p);
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

static void selected(struct flow *f, struct flow_half *o,
		     const struct packet_tcp *tcp)
{
	for (unsigned i = 0; i < tcp->sack_count; i++) {
		uint32_t left = tcp->sack[i].left;
		uint32_t right = tcp->sack[i].right;

		/* D-SACK, RFC 2883 4: below the ACK, or inside the second. */
		if (i == 0 && (seq_at_or_after(tcp->ack, right) ||
			       (tcp->sack_count > 1 &&
				seq_at_or_after(left, tcp->sack[1].left) &&
				seq_at_or_after(tcp->sack[1].right, right))))
			f->state |= FLOW_SPURIOUS;
		if (seq_at_or_after(o->stuck, left) &&
		    seq_after(right, o->stuck))
			o->repeats = 0;
		if (right - left < o->largest)
			o->marks |= HALF_SMALL_PASSED;
	}
}

/* What the packet acknowledges of the other side. */
static void acknowledges(struct flow *f, int direction, const struct packet *p)
{
	struct flow_half *o = &f->half[!direction];
	uint32_t sacks = direction == FLOW_CLIENT ? SAID_SACKS_SERVER
						  : SAID_SACKS_CLIENT;
	uint32_t ack = p->tcp.ack;

	if (!(o->marks & HALF_SEQ)) {
		o->marks |= HALF_SEQ;
		o->next = ack;
		o->acked = ack;
	}
	if (seq_after(ack, o->next)) {
		if (o->packets)
			f->state |= FLOW_GAPS;
		if (ack - o->next > 1) /* more than a FIN */
			o->marks |= HALF_DATA;
		o->next = ack;
	}
	if (seq_after(ack, o->acked))
		f->said &= ~sacks;
	if (p->tcp.sack_count) {
		f->said |= sacks;
		selected(f, o, &p->tcp);
	}
	if (!seq_after(ack, o->acked))
		return;

	o->acked = ack;
	/* Data sent after its RST was acknowledged: both ends ignored it. */
	if (o->marks & HALF_RST && seq_after(ack, o->hole_left)) {
		o->marks &= (uint16_t)~HALF_RST;
		f->state |= FLOW_FORGED_RST;
		f->state &= ~(uint32_t)(FLOW_CLIENT_ENDED | FLOW_SERVER_ENDED);
	}
	if (o->marks & HALF_DATA) {
		o->marks |= HALF_ACKED;
		o->marks &= (uint16_t) ~(HALF_AFTER_IDLE | HALF_AFTER_PAUSE);
		if (f->state & FLOW_HAS_NOTE)
			f->state |= FLOW_MOVED_AFTER_ERROR;
	}
	if (seq_after(ack, o->stuck))
		o->repeats = 0;
}

static void window(struct flow_half *h, const struct packet *p)
{
	if (!p->tcp.window) {
		h->marks |= HALF_ZERO;
	} else if (h->marks & HALF_ZERO) {
		h->marks &= (uint16_t)~HALF_ZERO;
		h->marks |= HALF_WAS_ZERO;
	}
}

/* A mirror that copies late: the twin comes behind others of its burst. Its IP
 * id is one of those just seen; where there are no ids, nothing but a SACK makes
 * a sender repeat itself within milliseconds. */
static bool is_burst_twin(const struct flow *f, int direction,
			  const struct packet *p, uint32_t us)
{
	const struct flow_half *h = &f->half[direction];
	uint32_t sacks = direction == FLOW_CLIENT ? SAID_SACKS_CLIENT
						  : SAID_SACKS_SERVER;
	uint16_t behind = (uint16_t)(h->last_ip_id - p->ip_id);

	if (us >= SYN_ROUND_US)
		return false;
	if (h->last_ip_id && p->version == 4 && p->ip_id)
		return behind < BURST;

	return us < TWIN_US && !(f->said & sacks);
}

static uint8_t stuck_size(const struct flow *f, int direction,
			  const struct packet *p)
{
	uint16_t mss = f->half[!direction].mss;

	if (p->payload_len < SMALL)
		return STUCK_SMALL;
	if (p->payload_len >= f->half[direction].largest ||
	    (mss && p->payload_len + OPTION_BYTES >= mss))
		return STUCK_LARGE;

	return STUCK_MIDDLING;
}

static void resent(const struct flow_table *t, struct flow *f, int direction,
		   const struct packet *p)
{
	struct flow_half *h = &f->half[direction];
	uint32_t seq = p->tcp.seq;
	uint32_t end = seq + p->payload_len;
	uint32_t us = (uint32_t)(p->time_ns / 1000) - h->last_us;

	if (us < REORDER_US && seq_at_or_after(seq, h->hole_left) &&
	    seq_at_or_after(h->hole_right, end) &&
	    h->hole_left != h->hole_right) {
		h->hole_left = end;
		f->state |= FLOW_REORDERED;
		return;
	}
	if (is_burst_twin(f, direction, p, us)) {
		f->state |= FLOW_DUPLICATES;
		return;
	}
	if (h->retransmitted < UINT16_MAX)
		h->retransmitted++;
	if (seq_at_or_after(h->acked, end)) {
		f->state |= FLOW_SPURIOUS;
		return;
	}
	/* The lowest that is not acknowledged counts: others may be repeated in
	 * turn with it. */
	if (h->repeats && seq_after(seq, h->stuck))
		return;
	if (h->stuck != seq)
		h->repeats = 0;
	if (h->repeats < UINT8_MAX)
		h->repeats++;
	h->stuck = seq;
	h->stuck_size = stuck_size(f, direction, p);
	flow_prove(t, f, SHOWN_STUCK, p);
}

static void sends_new(struct flow *f, int direction, const struct packet *p,
		      int64_t idle_ns)
{
	struct flow_half *h = &f->half[direction];
	uint32_t end = p->tcp.seq + p->payload_len;
	uint32_t len =
		p->payload_len > UINT16_MAX ? UINT16_MAX : p->payload_len;

	if (seq_after(p->tcp.seq, h->next)) {
		h->hole_left = h->next;
		h->hole_right = p->tcp.seq;
	}
	if (h->acked == h->next) {
		if (idle_ns >= IDLE_NS)
			h->marks |= HALF_AFTER_IDLE;
		else if (idle_ns >= PAUSE_NS)
			h->marks |= HALF_AFTER_PAUSE;
	}
	if (len > h->largest) {
		h->largest = (uint16_t)len;
		h->largest_end = end;
	}
	h->marks |= HALF_DATA;
	h->next = end;
}

/* A byte or none just below what was sent last: keep-alive (RFC 9293 3.8.4),
 * or the probe of a zero window, which Linux makes of the same form. */
static bool is_probe(const struct flow *f, int direction,
		     const struct packet *p)
{
	const struct flow_half *h = &f->half[direction];

	if (p->payload_len > 1 || !(h->marks & HALF_SEQ))
		return false;
	if (f->half[!direction].marks & HALF_ZERO)
		return true;

	return p->tcp.seq == h->next - 1 && h->acked == h->next;
}

static void data(const struct flow_table *t, struct flow *f, int direction,
		 const struct packet *p, int64_t idle_ns)
{
	struct flow_half *h = &f->half[direction];
	uint16_t relative = p->marks & PACKET_SEQ_RELATIVE ? HALF_RELATIVE : 0;

	if (!(h->marks & HALF_SEQ) || (h->marks & HALF_RELATIVE) != relative) {
		h->marks |= HALF_SEQ;
		h->marks = (uint16_t)((h->marks & ~HALF_RELATIVE) | relative);
		h->next = p->tcp.seq;
		h->acked = p->tcp.seq;
	}

	if (p->tcp.flags & TCP_SYN) {
		h->next = p->tcp.seq + 1 + p->payload_len;
	} else if (is_probe(f, direction, p) && p->tcp.seq != h->next) {
		f->state |= FLOW_KEEP_ALIVE;
	} else if (p->payload_len) {
		if (seq_at_or_after(p->tcp.seq, h->next))
			sends_new(f, direction, p, idle_ns);
		else
			resent(t, f, direction, p);
	}
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
		acknowledges(f, direction, p);
		window(&f->half[direction], p);
	}
	if (p->marks & PACKET_SEQ)
		data(t, f, direction, p, idle_ns);
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

/* A SYN just below the few packets that were captured before it. */
static bool is_late_syn(const struct flow *f, int direction,
			const struct packet *p)
{
	const struct flow_half *h = &f->half[direction];

	return is_syn(p) && f->opening == OPENING_MIDSTREAM &&
	       h->marks & HALF_BASED && h->base - p->tcp.seq <= 1 &&
	       h->packets + f->half[!direction].packets < FEW && h->packets;
}

/* The sender of a SYN is the client, whatever its port looked like. */
static void turn_to_syn(struct flow *f, int direction, int *ret_direction)
{
	if (direction == FLOW_SERVER) {
		struct flow_half half = f->half[0];
		struct address address = f->addresses[0];
		uint16_t port = f->ports[0];
		uint64_t bytes = f->bytes[0];

		f->half[0] = f->half[1];
		f->half[1] = half;
		f->addresses[0] = f->addresses[1];
		f->addresses[1] = address;
		f->ports[0] = f->ports[1];
		f->ports[1] = port;
		f->bytes[0] = f->bytes[1];
		f->bytes[1] = bytes;
	}
	f->opening = OPENING_SYN;
	f->client_acks = 1;
	*ret_direction = FLOW_CLIENT;
}

/* A lone RST that acknowledges just this SYN, captured before it. */
static bool is_answer_to(const struct flow *f, int direction,
			 const struct packet *p)
{
	const struct flow_half *o = &f->half[!direction];

	return is_syn(p) && f->opening == OPENING_MIDSTREAM &&
	       o->packets < FEW && !(o->marks & HALF_DATA) &&
	       !f->half[direction].packets && o->marks & HALF_RST &&
	       o->marks & HALF_BASED && f->half[direction].base == p->tcp.seq;
}

/* The record begins again as if the SYN had come first. */
static void turn_to_refusal(struct flow *f, int direction,
			    const struct packet *p, int *ret_direction)
{
	struct flow_half refuser = f->half[!direction];
	struct address client = f->addresses[direction];
	struct address server = f->addresses[!direction];
	uint16_t ports[FLOW_HALVES] = { f->ports[direction],
					f->ports[!direction] };

	refuser.marks &= (uint16_t)~HALF_RST;
	f->addresses[FLOW_CLIENT] = client;
	f->addresses[FLOW_SERVER] = server;
	f->ports[FLOW_CLIENT] = ports[0];
	f->ports[FLOW_SERVER] = ports[1];
	f->half[FLOW_CLIENT] = (struct flow_half){ .scale = 0xff };
	f->half[FLOW_SERVER] = refuser;
	f->opening = OPENING_SYN;
	f->state = FLOW_RST_REFUSES;
	f->client_acks = 0;
	f->first_ns = p->time_ns < f->first_ns ? p->time_ns : f->first_ns;
	*ret_direction = FLOW_CLIENT;
}

void flow_tcp(struct flow_table *t, const struct packet *p,
	      const struct flow_key *key, uint32_t hash)
{
	int direction = FLOW_CLIENT;
	struct flow *f = flow_find(t, key, hash, &direction);
	int64_t idle_ns;

	if (f && is_late_syn(f, direction, p))
		turn_to_syn(f, direction, &direction);
	else if (f && is_answer_to(f, direction, p))
		turn_to_refusal(f, direction, p, &direction);
	else if (!f || begins_anew(f, direction, p))
		f = begin(t, p, key, hash, &direction);
	if (!f)
		return;

	idle_ns = p->time_ns - f->last_ns;
	if (is_twin(&f->half[direction], p)) {
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
	remember(&f->half[direction], p);
}
