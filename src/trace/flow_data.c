/*
 * The sequence space of a TCP flow (RFC 9293, 2018, 2883, 7323).
 *
 * Theory of operation. Each direction keeps where its numbers begin (base), how
 * far it sent (next) and how far it was acknowledged (acked). A segment beyond
 * next opens a hole; one below it is the hole filled (reordered, when it comes
 * at once), a keep-alive, a window probe, a twin that a mirror port made, or a
 * retransmission. The lowest segment that is repeated (stuck) stays counted
 * until an ACK or a SACK block covers it: what is still stuck at the end was
 * lost.
 */
#include "trace/flow_tcp.h"

enum {
	REORDER_US = 3000, /* as tcp.analysis of Wireshark */
	OPTION_BYTES = 40, /* at most, out of the MSS (RFC 9293 3.7.1) */
	SMALL = 512,       /* every path carries it (RFC 1122 3.3.3: 576) */
};

#define IDLE_NS (60 * INT64_C(1000000000))
#define PAUSE_NS (3 * INT64_C(1000000000))

/* The receiver got it twice: what looked like a mirror's copy was sent again. */
static void needless(struct flow *f, struct flow_half *o)
{
	f->state |= FLOW_SPURIOUS;
	if (!(f->state & FLOW_DUPLICATES) || o->retransmitted)
		return;

	f->state &= ~(uint32_t)FLOW_DUPLICATES;
	o->retransmitted++;
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
			needless(f, o);
		if (seq_at_or_after(o->stuck, left) &&
		    seq_after(right, o->stuck))
			o->repeats = 0;
		if (right - left < o->largest)
			o->marks |= HALF_SMALL_PASSED;
	}
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

void flow_data_acknowledges(struct flow *f, int direction,
			    const struct packet *p)
{
	struct flow_half *o = &f->half[!direction];
	uint32_t sacks = direction == FLOW_CLIENT ? SAID_SACKS_SERVER
						  : SAID_SACKS_CLIENT;
	uint32_t ack = p->tcp.ack;

	window(&f->half[direction], p);
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

void flow_data_sends(const struct flow_table *t, struct flow *f, int direction,
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
