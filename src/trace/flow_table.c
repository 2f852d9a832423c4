/*
 * The records of the flows, and how one is found by its key: a table of slots
 * with linear probing, beside an array of records that never move.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace/flow_table.h"

enum { SWEEP = 16 }; /* records looked at to find an idle one */

/* Both halves of the product of two words: a multiplication takes as long as a
 * few shifts, and every bit of it depends on the secrets. */
static uint64_t fold(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
	uint64_t high = (a >> 32) * (b >> 32);
	uint64_t cross = (a >> 32) * (uint32_t)b;
	uint64_t other = (b >> 32) * (uint32_t)a + (uint32_t)cross +
			 ((uint64_t)(uint32_t)a * (uint32_t)b >> 32);

	return a * b ^ (high + (cross >> 32) + (other >> 32));
#endif
}

/* The port goes in times a secret: whoever chooses both cannot make up for a
 * changed address with a changed port. */
uint64_t flow_hash_end(const struct flow_table *t, const struct address *a,
		       uint16_t port)
{
	uint64_t word[2];

	memcpy(word, a->bytes, sizeof(word));
	return fold((word[0] + port * t->secrets[0]) ^ t->secrets[1],
		    word[1] ^ t->secrets[2]);
}

/* Alike in both directions: the ends are added up. */
uint32_t flow_hash_ends(const struct flow_table *t, uint64_t one,
			uint64_t other, uint32_t rest)
{
	uint64_t h = fold(one + other + rest, t->secrets[3]);

	return (uint32_t)(h ^ h >> 32);
}

uint32_t flow_hash(const struct flow_table *t, const struct flow_key *key)
{
	uint32_t rest = (uint32_t)key->protocol << 24 |
			(uint32_t)key->vantage << 16 | key->tag;

	return flow_hash_ends(t, flow_hash_end(t, &key->src, key->sport),
			      flow_hash_end(t, &key->dst, key->dport), rest);
}

static bool is_end(const struct flow *f, int end, const struct address *a,
		   uint16_t port)
{
	return f->ports[end] == port && address_equal(&f->addresses[end], a);
}

/* Direction in which the key runs in the flow, or -1: another flow. */
static int direction_of(const struct flow *f, const struct flow_key *k)
{
	if (f->protocol != k->protocol || f->vantage != k->vantage ||
	    f->tag != k->tag)
		return -1;
	if (is_end(f, FLOW_CLIENT, &k->src, k->sport) &&
	    is_end(f, FLOW_SERVER, &k->dst, k->dport))
		return FLOW_CLIENT;
	if (is_end(f, FLOW_SERVER, &k->src, k->sport) &&
	    is_end(f, FLOW_CLIENT, &k->dst, k->dport))
		return FLOW_SERVER;

	return -1;
}

/* The slot of the key, or the empty one where it would go. */
static struct flow_slot *slot_of(struct flow_table *t,
				 const struct flow_key *key, uint32_t hash,
				 int *ret_direction)
{
	for (uint32_t i = hash;; i++) {
		struct flow_slot *s = &t->slots[i & t->slot_mask];

		if (!s->index)
			return s;
		if (s->hash != hash)
			continue;
		*ret_direction = direction_of(&t->flows[s->index - 1], key);
		if (*ret_direction >= 0)
			return s;
	}
}

struct flow *flow_find(struct flow_table *t, const struct flow_key *key,
		       uint32_t hash, int *ret_direction)
{
	struct flow_slot *s = slot_of(t, key, hash, ret_direction);

	return s->index ? &t->flows[s->index - 1] : NULL;
}

static int grow_slots(struct flow_table *t)
{
	uint32_t mask = t->slot_mask * 2 + 1;
	struct flow_slot *slots = calloc((size_t)mask + 1, sizeof(*slots));

	if (!slots)
		return -ENOMEM;

	for (uint32_t i = 0; i <= t->slot_mask; i++) {
		uint32_t at = t->slots[i].hash;

		if (!t->slots[i].index)
			continue;
		while (slots[at & mask].index)
			at++;
		slots[at & mask] = t->slots[i];
	}

	free(t->slots);
	t->slots = slots;
	t->slot_mask = mask;
	return 0;
}

static struct flow_key key_of(const struct flow *f)
{
	return (struct flow_key){
		.src = f->addresses[FLOW_CLIENT],
		.dst = f->addresses[FLOW_SERVER],
		.sport = f->ports[FLOW_CLIENT],
		.dport = f->ports[FLOW_SERVER],
		.tag = f->tag,
		.protocol = f->protocol,
		.vantage = f->vantage,
	};
}

/* Linear probing without tombstones: those behind the hole move up. */
static void remove_slot(struct flow_table *t, struct flow_slot *hole)
{
	uint32_t at = (uint32_t)(hole - t->slots);
	uint32_t i = at;

	t->slots[at].index = 0;
	t->slots_filled--;
	for (;;) {
		struct flow_slot *s;

		i = (i + 1) & t->slot_mask;
		s = &t->slots[i];
		if (!s->index)
			return;
		if (((i - s->hash) & t->slot_mask) < ((i - at) & t->slot_mask))
			continue;
		t->slots[at] = *s;
		s->index = 0;
		at = i;
	}
}

/* Makes room by ending the flow that was idle longest among a few. */
static struct flow *evict(struct flow_table *t)
{
	struct flow *oldest = &t->flows[t->sweep];
	struct flow_key key;
	struct flow_slot *s;
	int direction;

	for (uint32_t i = 0; i < SWEEP && i < t->limit; i++) {
		struct flow *f = &t->flows[t->sweep];

		if (f->last_ns < oldest->last_ns)
			oldest = f;
		t->sweep = (t->sweep + 1) % t->limit;
	}

	key = key_of(oldest);
	s = slot_of(t, &key, flow_hash(t, &key), &direction);
	if (s->index && &t->flows[s->index - 1] == oldest)
		remove_slot(t, s);
	t->end_early(t, oldest);
	if (oldest->state & FLOW_HAS_NOTE) {
		t->notes[oldest->note].icmp_mtu = t->free_note;
		t->free_note = oldest->note + 1;
	}
	t->counts.evicted++;
	return oldest;
}

struct flow *flow_create(struct flow_table *t, const struct flow_key *key,
			 uint32_t hash, bool src_is_client, int64_t time_ns)
{
	int client = src_is_client ? FLOW_CLIENT : FLOW_SERVER;
	struct flow_slot *s;
	struct flow *f;
	int direction;

	if (t->slots_filled > t->slot_mask / 4 * 3 && grow_slots(t) < 0) {
		t->no_memory = true;
		return NULL;
	}

	f = t->used < t->limit ? &t->flows[t->used++] : evict(t);
	s = slot_of(t, key, hash, &direction);
	if (!s->index)
		t->slots_filled++;
	*s = (struct flow_slot){ hash, (uint32_t)(f - t->flows) + 1 };

	memset(f, 0, sizeof(*f));
	f->addresses[client] = key->src;
	f->ports[client] = key->sport;
	f->addresses[!client] = key->dst;
	f->ports[!client] = key->dport;
	f->tag = key->tag;
	f->protocol = key->protocol;
	f->vantage = key->vantage;
	f->first_ns = time_ns;
	f->last_ns = time_ns;
	f->half[0].scale = 0xff;
	f->half[1].scale = 0xff;
	t->counts.flows++;
	return f;
}

struct flow_note *flow_note(struct flow_table *t, struct flow *f)
{
	if (f->state & FLOW_HAS_NOTE)
		return &t->notes[f->note];

	if (t->free_note) {
		f->note = t->free_note - 1;
		t->free_note = t->notes[f->note].icmp_mtu;
		f->state |= FLOW_HAS_NOTE;
		memset(&t->notes[f->note], 0, sizeof(*t->notes));
		return &t->notes[f->note];
	}
	if (t->note_count == t->note_size) {
		uint32_t size = t->note_size ? t->note_size * 2 : 64;
		struct flow_note *notes =
			realloc(t->notes, size * sizeof(*notes));

		if (!notes) {
			t->no_memory = true;
			return NULL;
		}
		t->notes = notes;
		t->note_size = size;
	}

	f->note = t->note_count++;
	f->state |= FLOW_HAS_NOTE;
	memset(&t->notes[f->note], 0, sizeof(*t->notes));
	return &t->notes[f->note];
}

void flow_prove(const struct flow_table *t, struct flow *f,
		enum fact_shown kind, const struct packet *p)
{
	f->proofs[kind] = p->frame;
	f->proof_files[kind] = t->file;
}

void flow_prove_first(const struct flow_table *t, struct flow *f,
		      enum fact_shown kind, const struct packet *p)
{
	if (!f->proofs[kind])
		flow_prove(t, f, kind, p);
}

void flow_count(struct flow *f, int direction, const struct packet *p)
{
	struct flow_half *h = &f->half[direction];

	h->packets++;
	f->bytes[direction] += p->payload_len;
	if (!h->ttl && p->marks & PACKET_TTL)
		h->ttl = p->ttl;
	if (p->time_ns > f->last_ns)
		f->last_ns = p->time_ns;
}
