/* ICMP and ICMPv6 errors, joined to the flow of the packet that they quote. */
#include "net/icmp.h"
#include "trace/flow_table.h"

enum { PORT_DNS = 53 };

static bool is_error(const struct packet *p)
{
	if (p->protocol == PACKET_ICMP6)
		return p->icmp.type >= ICMP6_UNREACHABLE &&
		       p->icmp.type <= ICMP6_TIME_EXCEEDED;

	return p->icmp.type == ICMP_UNREACHABLE ||
	       p->icmp.type == ICMP_TIME_EXCEEDED;
}

static bool is_too_big(uint8_t version, uint8_t type, uint8_t code)
{
	if (version == 6)
		return type == ICMP6_PACKET_TOO_BIG;

	return type == ICMP_UNREACHABLE && code == ICMP_FRAGMENTATION_NEEDED;
}

static uint32_t end_hash(const struct flow_table *t,
			 const struct address *client, uint16_t port)
{
	const struct flow_key key = {
		.src = *client,
		.sport = port,
		.vantage = (uint8_t)t->inputs[t->file].vantage,
	};

	return flow_hash(t, &key) % RECENT;
}

static uint32_t pair_hash(const struct flow_table *t, const struct address *a,
			  const struct address *b)
{
	return flow_hash_ends(t, flow_hash_end(t, a, 0), flow_hash_end(t, b, 0),
			      0);
}

void flow_tries(struct flow_table *t, const struct flow *f)
{
	uint32_t index = (uint32_t)(f - t->flows) + 1;

	if (t->tries[(t->try_count - 1) % RECENT].index != index)
		t->tries[t->try_count++ % RECENT] = (struct flow_try){
			.index = index,
			.pair = pair_hash(t, &f->addresses[FLOW_CLIENT],
					  &f->addresses[FLOW_SERVER]),
		};
	if (f->protocol == PACKET_TCP)
		t->recent_syn[end_hash(t, &f->addresses[FLOW_CLIENT],
				       f->ports[FLOW_CLIENT])] = index;
}

struct flow *flow_syn_of(struct flow_table *t, const struct address *client,
			 uint16_t port)
{
	uint32_t index = t->recent_syn[end_hash(t, client, port)];
	struct flow *f = index ? &t->flows[index - 1] : NULL;

	if (!f || f->ports[FLOW_CLIENT] != port ||
	    f->vantage != t->inputs[t->file].vantage ||
	    !address_equal(&f->addresses[FLOW_CLIENT], client))
		return NULL;

	return f;
}

/* Whether words such as "host 192.0.2.1 unreachable" can mean this attempt. */
static bool may_be_meant(const struct flow *f, const struct packet *p)
{
	const struct packet_quote *q = &p->icmp.quote;

	return !f->half[FLOW_SERVER].packets &&
	       (!q->protocol || q->protocol == f->protocol) &&
	       (!q->dport || q->dport == f->ports[FLOW_SERVER]) &&
	       address_equal(&f->addresses[FLOW_CLIENT], &p->dst) &&
	       address_equal(&f->addresses[FLOW_SERVER], &q->dst);
}

/* The words name the host, not the client's port: the oldest attempt between
 * the two that has no error yet is meant, else the latest. */
static struct flow *flow_of_words(struct flow_table *t, const struct packet *p)
{
	uint32_t pair = pair_hash(t, &p->dst, &p->icmp.quote.dst);
	struct flow *latest = NULL;

	for (uint32_t i = t->try_count; i < t->try_count + RECENT; i++) {
		const struct flow_try *attempt = &t->tries[i % RECENT];
		struct flow *f;

		if (!attempt->index || attempt->pair != pair)
			continue;
		f = &t->flows[attempt->index - 1];
		if (f->vantage != t->inputs[t->file].vantage ||
		    !may_be_meant(f, p))
			continue;
		if (!(f->state & FLOW_HAS_NOTE))
			return f;
		latest = f;
	}

	return latest;
}

static bool is_reassembly(const struct packet *p)
{
	uint8_t type = p->protocol == PACKET_ICMP6 ? ICMP6_TIME_EXCEEDED
						   : ICMP_TIME_EXCEEDED;

	return p->icmp.type == type && p->icmp.code == 1;
}

static struct flow *flow_of_quote(struct flow_table *t, const struct packet *p,
				  struct flow_key *ret_key, int *ret_direction)
{
	const struct packet_quote *q = &p->icmp.quote;
	bool dns = q->protocol == PACKET_UDP &&
		   (q->dport == PORT_DNS || q->sport == PORT_DNS);
	struct flow *f;

	*ret_key = (struct flow_key){
		.src = q->src,
		.dst = q->dst,
		.sport = q->sport,
		.dport = q->dport,
		.tag = dns ? q->udp_head : 0,
		.protocol = q->protocol,
		.vantage = (uint8_t)t->inputs[t->file].vantage,
	};
	f = flow_find(t, ret_key, flow_hash(t, ret_key), ret_direction);
	if (!f && dns && !q->udp_head) {
		const struct flow_key back = {
			.src = q->dst,
			.dst = q->src,
			.sport = q->dport,
			.dport = q->sport,
			.protocol = q->protocol,
			.vantage = ret_key->vantage,
		};

		f = flow_dns_latest(t, ret_key);
		*ret_direction = FLOW_CLIENT;
		if (!f) {
			f = flow_dns_latest(t, &back);
			*ret_direction = FLOW_SERVER;
		}
	}

	return f;
}

/* Errors about flows that are not in the trace are worth telling too. */
static struct flow *flow_from_quote(struct flow_table *t,
				    const struct packet *p,
				    const struct flow_key *key)
{
	struct flow *f =
		flow_create(t, key, flow_hash(t, key), true, p->time_ns);

	if (!f)
		return NULL;

	f->opening = OPENING_QUOTED;
	f->isn = p->icmp.quote.seq;
	flow_prove(t, f, SHOWN_FIRST, p);
	return f;
}

/* A refusal says more than a hint on the size, and the first more than the
 * others, which an impatient middlebox may send in any number. */
static bool says_more(const struct flow_note *old, const struct packet *p)
{
	if (!old->icmp_version)
		return true;

	return is_too_big(old->icmp_version, old->icmp_type, old->icmp_code) &&
	       !is_too_big(p->version, p->icmp.type, p->icmp.code);
}

static void blame(struct flow_table *t, struct flow *f, const struct packet *p)
{
	struct flow_note *note = flow_note(t, f);

	if (!note || !says_more(note, p))
		return;

	note->icmp_sender = p->src;
	note->icmp_type = p->icmp.type;
	note->icmp_code = p->icmp.code;
	note->icmp_version = p->protocol == PACKET_ICMP6 ? 6 : 4;
	note->icmp_mtu = p->icmp.mtu;
	note->icmp_ns = p->time_ns - f->first_ns;
	f->state &= ~(uint32_t)FLOW_MOVED_AFTER_ERROR;
	flow_prove(t, f, SHOWN_ERROR, p);
	if (p->time_ns > f->last_ns)
		f->last_ns = p->time_ns;
}

void flow_error(struct flow_table *t, const struct packet *p)
{
	const struct packet_quote *q = &p->icmp.quote;
	struct flow_key key;
	struct flow *f;
	int direction = FLOW_CLIENT;

	if (p->protocol == PACKET_ICMP6 &&
	    (p->icmp.type == ICMP6_NEIGHBOUR_SOLICITATION ||
	     p->icmp.type == ICMP6_NEIGHBOUR_ADVERTISEMENT)) {
		flow_neighbour(t, p);
		return;
	}
	if (is_error(p) && q->has_ports) {
		f = flow_of_quote(t, p, &key, &direction);
		if (!f)
			f = flow_from_quote(t, p, &key);
	} else {
		f = is_error(p) ? flow_of_words(t, p) : NULL;
		if (!f)
			t->counts.not_ip++;
	}
	if (!f)
		return;

	/* A late answer that nobody waits for any more is not refused, it is
	 * only late; one whose fragments got lost is lost. */
	if (direction == FLOW_CLIENT || f->protocol == PACKET_TCP ||
	    is_reassembly(p))
		blame(t, f, p);
}
