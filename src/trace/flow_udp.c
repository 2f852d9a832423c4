/* Datagrams and echoes into their flows; and the stations on the link. */
#include <string.h>

#include "net/icmp.h"
#include "trace/flow_table.h"

enum { PORT_DNS = 53, ARP_APART_US = 300000 };

static bool asks(const struct packet *p)
{
	return p->icmp.type == (p->version == 6 ? ICMP6_ECHO : ICMP_ECHO);
}

/* One side speaks from a service's port: the other is the client. */
static bool first_is_client(const struct packet *p)
{
	bool from_service = p->sport < 1024 || flow_expects_answer(p->sport);
	bool to_service = p->dport < 1024 || flow_expects_answer(p->dport);

	return !from_service || to_service;
}

static struct flow *find_or_create(struct flow_table *t, const struct packet *p,
				   const struct flow_key *key, uint32_t hash,
				   bool from_client, int *ret_direction)
{
	struct flow *f = flow_find(t, key, hash, ret_direction);

	if (f)
		return f;

	f = flow_create(t, key, hash, from_client, p->time_ns);
	if (f)
		flow_prove(t, f, SHOWN_FIRST, p);
	*ret_direction = from_client ? FLOW_CLIENT : FLOW_SERVER;
	return f;
}

static bool is_twin(const struct flow_half *h, const struct packet *p)
{
	enum { TWIN_US = 1000000 };

	return h->packets && p->ip_id && p->version == 4 &&
	       h->last_ip_id == (uint16_t)p->ip_id &&
	       h->last_shape == (uint16_t)p->payload_len &&
	       (uint32_t)(p->time_ns / 1000) - h->last_us < TWIN_US;
}

/* What both kinds have in common: who spoke, how often, and when. */
static void exchange(struct flow_table *t, struct flow *f, int direction,
		     const struct packet *p)
{
	struct flow_half *h = &f->half[direction];

	if (p->has_mac || p->marks & (PACKET_INCOMING | PACKET_OUTGOING))
		f->said |= SAID_LINK_KNOWN;
	if (direction == FLOW_SERVER)
		f->half[FLOW_CLIENT].repeats = 0;
	else if (h->repeats < UINT8_MAX)
		h->repeats++; /* since the last answer */
	if (direction == FLOW_SERVER) {
		flow_prove_first(t, f, SHOWN_ANSWER, p);
		if (!f->answer_us && f->half[FLOW_CLIENT].packets)
			f->answer_us =
				(uint32_t)((p->time_ns - f->first_ns) / 1000 +
					   1);
	} else if (h->packets) {
		flow_prove(t, f, SHOWN_REPEAT, p);
	}
	flow_count(f, direction, p);
	h->marks |= p->marks & PACKET_MULTICAST ? HALF_DATA | HALF_GROUP
						: HALF_DATA;
	h->last_us = (uint32_t)(p->time_ns / 1000);
	h->last_shape = (uint16_t)p->payload_len;
	h->last_ip_id = (uint16_t)p->ip_id;
}

void flow_udp(struct flow_table *t, const struct packet *p,
	      const struct flow_key *key, uint32_t hash)
{
	int direction;
	struct flow *f =
		find_or_create(t, p, key, hash, first_is_client(p), &direction);

	if (!f)
		return;
	if (is_twin(&f->half[direction], p)) {
		f->state |= FLOW_DUPLICATES;
		return;
	}

	exchange(t, f, direction, p);
	if (direction == FLOW_CLIENT)
		flow_tries(t, f);
	if (f->ports[FLOW_SERVER] == PORT_DNS) {
		flow_dns_recent(t, key, f);
		flow_dns(t, f, direction, p);
	}
}

void flow_echo(struct flow_table *t, const struct packet *p,
	       const struct flow_key *key, uint32_t hash)
{
	int direction;
	struct flow *f = find_or_create(t, p, key, hash, asks(p), &direction);
	struct flow_half *h;

	if (!f)
		return;

	h = &f->half[direction];
	if (h->packets && h->last_seq == p->icmp.sequence &&
	    h->last_ip_id == (uint16_t)p->ip_id) {
		f->state |= FLOW_DUPLICATES;
		return;
	}
	exchange(t, f, direction, p);
	h->last_seq = p->icmp.sequence;
}

static uint32_t mac_hash(const uint8_t mac[static 6])
{
	uint64_t bits = 0;

	memcpy(&bits, mac, 6);
	return (uint32_t)((bits * UINT64_C(0x9e3779b97f4a7c15)) >> 48) %
	       (HEARD_WORDS * 64);
}

void flow_hear(struct flow_table *t, const struct packet *p)
{
	uint32_t bit;

	if (p->dst_mac[0] & 1 || !memcmp(t->last_heard, p->dst_mac, 6))
		return;

	memcpy(t->last_heard, p->dst_mac, 6);
	bit = mac_hash(p->dst_mac);
	t->heard[bit / 64] |= UINT64_C(1) << bit % 64;
}

bool flow_heard(const struct flow_table *t, const uint8_t mac[static 6])
{
	uint32_t bit = mac_hash(mac);

	return t->heard[bit / 64] >> bit % 64 & 1;
}

static uint32_t own_bit(const struct flow_table *t, const struct address *a)
{
	const struct flow_key key = { .src = *a };

	return flow_hash(t, &key) % (OWN_WORDS * 64);
}

void flow_own(struct flow_table *t, const struct address *a)
{
	uint32_t bit = own_bit(t, a);

	t->own[bit / 64] |= UINT64_C(1) << bit % 64;
}

static bool is_own(const struct flow_table *t, const struct address *a)
{
	uint32_t bit = own_bit(t, a);

	return t->own[bit / 64] >> bit % 64 & 1;
}

/* ARP and neighbour discovery alike: who asks, and for whom. */
struct asking {
	struct address asker, target;
	bool is_answer;
};

/* An answer would have been captured: the question left this host, or was put
 * to it, or its sender's frames are seen coming in. */
static bool would_be_heard(const struct flow_table *t, const struct packet *p,
			   const struct asking *a)
{
	if (p->marks & PACKET_OUTGOING)
		return true;
	if (p->marks & PACKET_INCOMING)
		return is_own(t, &a->target);

	return p->has_mac && flow_heard(t, p->src_mac);
}

static bool asking_of(struct asking *ret, const struct packet *p)
{
	static const struct address none = { { 0 } };
	const struct address none4 = address_v4(0);

	if (p->protocol == PACKET_ARP) {
		ret->is_answer = p->arp.op == 2;
		ret->asker = ret->is_answer ? p->dst : p->src;
		ret->target = ret->is_answer ? p->src : p->dst;
	} else {
		ret->is_answer = p->icmp.type == ICMP6_NEIGHBOUR_ADVERTISEMENT;
		ret->asker = ret->is_answer ? p->dst : p->src;
		ret->target = p->icmp.target;
	}

	/* tcpdump's text does not say to whom an answer goes. */
	if (ret->is_answer && address_equal(&ret->asker, &none4))
		ret->asker = none;
	if (ret->is_answer && address_equal(&ret->asker, &none))
		return !address_equal(&ret->target, &none);

	/* Probes for one's own address (RFC 5227, RFC 4862 5.4) ask nobody. */
	/* A snaplen can cut the target off. */
	return !address_equal(&ret->asker, &ret->target) &&
	       !address_equal(&ret->target, &none) &&
	       !address_equal(&ret->asker, &none) &&
	       !address_equal(&ret->asker, &none4);
}

static void answered(struct flow_table *t, struct flow *f,
		     const struct packet *p)
{
	struct flow_note *note = flow_note(t, f);
	const uint8_t *mac =
		p->protocol == PACKET_ARP ? p->arp.sender_mac : p->src_mac;

	if (!note)
		return;
	if (f->half[FLOW_SERVER].packets == 1)
		memcpy(note->first_mac, mac, 6);
	else if (memcmp(note->first_mac, mac, 6))
		memcpy(note->second_mac, mac, 6);
}

static uint32_t *latest_of(struct flow_table *t, const struct address *target)
{
	const struct flow_key key = {
		.src = *target,
		.vantage = (uint8_t)t->inputs[t->file].vantage,
	};

	return &t->recent_asks[flow_hash(t, &key) % RECENT];
}

/* Fills in who asked last for the address, where the answer does not tell. */
static bool latest_asker(struct flow_table *t, struct asking *a)
{
	static const struct address none = { { 0 } };
	uint32_t index = *latest_of(t, &a->target);
	const struct flow *f = index ? &t->flows[index - 1] : NULL;

	if (!address_equal(&a->asker, &none))
		return true;
	if (!f || !address_equal(&f->addresses[FLOW_SERVER], &a->target))
		return false;

	a->asker = f->addresses[FLOW_CLIENT];
	return true;
}

void flow_neighbour(struct flow_table *t, const struct packet *p)
{
	struct flow_key key = {
		.protocol = PACKET_ARP,
		.vantage = (uint8_t)t->inputs[t->file].vantage,
	};
	struct asking a;
	struct flow *f;
	uint32_t hash;
	int direction;

	if (!asking_of(&a, p))
		return;
	if (a.is_answer && !latest_asker(t, &a))
		return;

	key.src = a.is_answer ? a.target : a.asker;
	key.dst = a.is_answer ? a.asker : a.target;
	hash = flow_hash(t, &key);
	f = flow_find(t, &key, hash, &direction);
	if (!f && a.is_answer)
		return;
	if (!f)
		f = find_or_create(t, p, &key, hash, true, &direction);
	if (!f)
		return;

	direction = a.is_answer ? FLOW_SERVER : FLOW_CLIENT;
	/* Copies of one request are no repetition: those come a second apart. */
	if (direction == FLOW_CLIENT && f->half[direction].packets &&
	    (uint32_t)(p->time_ns / 1000) - f->half[direction].last_us <
		    ARP_APART_US)
		return;
	exchange(t, f, direction, p);
	if (!a.is_answer)
		*latest_of(t, &a.target) = (uint32_t)(f - t->flows) + 1;
	if (a.is_answer)
		answered(t, f, p);
	else if (would_be_heard(t, p, &a))
		f->half[FLOW_CLIENT].marks |= HALF_SEQ; /* it would be heard */
}
