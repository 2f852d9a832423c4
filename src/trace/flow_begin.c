/*
 * Which flow a TCP packet belongs to: one that is known, one that begins with it,
 * or one whose beginning was captured out of order.
 */
#include "trace/flow_tcp.h"

enum {
	SERVICE_PORTS = 1024,
	FEW = 16, /* packets that may be captured before their SYN */
};

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

struct flow *flow_begin(struct flow_table *t, const struct packet *p,
			const struct flow_key *key, uint32_t hash,
			int *ret_direction)
{
	struct flow *f = flow_find(t, key, hash, ret_direction);

	if (f && is_late_syn(f, *ret_direction, p))
		turn_to_syn(f, *ret_direction, ret_direction);
	else if (f && is_answer_to(f, *ret_direction, p))
		turn_to_refusal(f, *ret_direction, p, ret_direction);
	else if (!f || begins_anew(f, *ret_direction, p))
		f = begin(t, p, key, hash, ret_direction);

	return f;
}
