#include "trace/pasted_seq.h"

#include <stdlib.h>
#include <string.h>

enum {
	FIRST_SIZE = 1 << 8,
	/* Below it a first number is taken for a distance. */
	SMALL = 1 << 24,
};

enum reading {
	READING_OPEN, /* not told yet */
	READING_RELATIVE,
	READING_ABSOLUTE,
};

struct side {
	uint32_t base; /* what a distance counts from */
	uint32_t isn;  /* of its last SYN */
	bool has_base;
	bool has_isn;
};

struct talk {
	struct pasted_talk key; /* of the side that sorts first */
	struct side sides[2];
	uint8_t reading; /* enum reading */
	bool begun;      /* tcpdump has its bases */
	bool used;
};

struct pasted_seq {
	struct talk *talks; /* a power of two, open addressing */
	uint64_t seed; /* so that nobody writes a text that fills one place */
	size_t size;
	size_t count;
};

struct pasted_seq *pasted_seq_new(void)
{
	struct pasted_seq *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;

	s->size = FIRST_SIZE;
	s->seed = (uint64_t)(uintptr_t)s * UINT64_C(0x9e3779b97f4a7c15);
	s->talks = calloc(s->size, sizeof(*s->talks));
	if (!s->talks) {
		free(s);
		return NULL;
	}

	return s;
}

void pasted_seq_free(struct pasted_seq *s)
{
	if (!s)
		return;

	free(s->talks);
	free(s);
}

/* The key that both directions share; which of its sides speaks. */
static unsigned key_of(const struct pasted_talk *talk, struct pasted_talk *ret)
{
	int order = (talk->sport > talk->dport) - (talk->sport < talk->dport);

	if (!order)
		order = memcmp(&talk->src, &talk->dst, sizeof(talk->src));
	if (order <= 0) {
		*ret = *talk;
		return 0;
	}

	*ret = (struct pasted_talk){ .src = talk->dst,
				     .dst = talk->src,
				     .sport = talk->dport,
				     .dport = talk->sport };
	return 1;
}

static bool same_key(const struct pasted_talk *a, const struct pasted_talk *b)
{
	return a->sport == b->sport && a->dport == b->dport &&
	       address_equal(&a->src, &b->src) &&
	       address_equal(&a->dst, &b->dst);
}

static uint64_t mix(uint64_t h, const struct address *a)
{
	uint64_t half[2];

	memcpy(half, a->bytes, sizeof(half));
	h = (h ^ half[0]) * UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ h >> 29 ^ half[1]) * UINT64_C(0xbf58476d1ce4e5b9);
	return h ^ h >> 32;
}

static struct talk *slot_of(const struct pasted_seq *s,
			    const struct pasted_talk *key)
{
	uint64_t h = s->seed ^ ((uint64_t)key->sport << 16 | key->dport);
	size_t i;

	h = mix(mix(h, &key->src), &key->dst);
	i = h & (s->size - 1);
	while (s->talks[i].used && !same_key(&s->talks[i].key, key))
		i = (i + 1) & (s->size - 1);

	return &s->talks[i];
}

static bool grow(struct pasted_seq *s)
{
	struct talk *old = s->talks;
	size_t size = s->size;
	struct talk *talks = calloc(size * 2, sizeof(*talks));

	if (!talks)
		return false;

	s->talks = talks;
	s->size = size * 2;
	for (size_t i = 0; i < size; i++) {
		if (old[i].used)
			*slot_of(s, &old[i].key) = old[i];
	}
	free(old);
	return true;
}

/* NULL when there is no memory for another conversation. */
static struct talk *talk_of(struct pasted_seq *s, const struct pasted_talk *key)
{
	struct talk *t = slot_of(s, key);

	if (t->used)
		return t;
	if (s->count >= s->size / 2) {
		if (!grow(s))
			return NULL;
		t = slot_of(s, key);
	}

	s->count++;
	t->used = true;
	t->key = *key;
	return t;
}

/* How far apart two sequence numbers are, whichever is first. */
static uint32_t distance(uint32_t a, uint32_t b)
{
	uint32_t d = a - b;

	return d > UINT32_MAX / 2 ? -d : d;
}

/* Whether v makes more sense as a distance than for itself: which of the two
 * is nearer to what is known of that side. */
static bool is_distance(uint32_t v, const struct side *side)
{
	uint32_t base = side->has_base ? side->base : side->isn;
	uint32_t known = side->has_isn ? side->isn + 1 : base;

	return distance(v + base, known) < distance(v, known);
}

static void on_syn(struct talk *t, struct side *own, struct side *peer,
		   const struct packet_tcp *tcp)
{
	own->isn = tcp->seq;
	own->has_isn = true;
	if (!(tcp->flags & TCP_ACK))
		return;

	own->base = tcp->seq;
	own->has_base = true;
	peer->base = tcp->ack - 1;
	peer->has_base = true;
	t->begun = true;
	t->reading = READING_OPEN;
}

/* The first number of a conversation whose opening the text does not show:
 * tcpdump prints the numbers of the first packet that it sees itself in full,
 * but the text may have been cut out of the middle. */
static enum reading first_reading(const struct side *own,
				  const struct side *peer,
				  const struct packet_tcp *tcp, bool has_seq)
{
	bool small;

	if (peer->has_isn) {
		small = is_distance(tcp->ack, peer);
	} else if (has_seq && own->has_isn) {
		small = is_distance(tcp->seq, own);
	} else {
		small = tcp->ack < SMALL && (!has_seq || tcp->seq < SMALL);
	}

	return small ? READING_RELATIVE : READING_OPEN;
}

static void begin(struct talk *t, struct side *own, struct side *peer,
		  const struct packet_tcp *tcp, bool has_seq)
{
	t->begun = true;
	t->reading = (uint8_t)first_reading(own, peer, tcp, has_seq);
	if (t->reading == READING_RELATIVE) {
		/* What tcpdump counts from was most likely the handshake. */
		own->base = own->isn;
		own->has_base = own->has_isn;
		peer->base = peer->isn;
		peer->has_base = peer->has_isn;
		return;
	}

	/* The first ACK after a handshake of which one half was not seen has
	 * the number behind the SYN. */
	own->base = has_seq ? tcp->seq : own->isn + 1;
	own->has_base = has_seq || own->has_isn;
	peer->base = tcp->ack - 1;
	peer->has_base = true;
}

static enum reading later_reading(const struct side *own,
				  const struct side *peer,
				  const struct packet_tcp *tcp, bool has_seq)
{
	bool relative;

	if (peer->has_base) {
		relative = is_distance(tcp->ack, peer);
	} else if (has_seq && own->has_base) {
		relative = is_distance(tcp->seq, own);
	} else {
		return READING_OPEN;
	}

	return relative ? READING_RELATIVE : READING_ABSOLUTE;
}

/* SACK edges of the packet that begins a conversation are distances already. */
static void sack_apply(struct packet_tcp *tcp, const struct side *peer,
		       enum reading reading)
{
	if (reading == READING_ABSOLUTE || !peer->has_base)
		return;

	for (size_t i = 0; i < tcp->sack_count; i++) {
		if (reading == READING_OPEN &&
		    distance(tcp->sack[i].left, 0) >
			    distance(tcp->sack[i].left, tcp->ack))
			continue;
		tcp->sack[i].left += peer->base;
		tcp->sack[i].right += peer->base;
	}
}

static void on_ack(struct talk *t, struct side *own, struct side *peer,
		   struct packet_tcp *tcp, uint32_t *marks)
{
	bool has_seq = *marks & PACKET_SEQ;

	if (!t->begun) {
		begin(t, own, peer, tcp, has_seq);
	} else if (t->reading == READING_OPEN) {
		t->reading = (uint8_t)later_reading(own, peer, tcp, has_seq);
	}

	sack_apply(tcp, peer, (enum reading)t->reading);
	if (t->reading != READING_RELATIVE)
		return;

	if (peer->has_base)
		tcp->ack += peer->base;
	if (!has_seq)
		return;

	if (own->has_base) {
		tcp->seq += own->base;
	} else {
		*marks |= PACKET_SEQ_RELATIVE;
	}
}

void pasted_seq_apply(struct pasted_seq *s, const struct pasted_talk *talk,
		      struct packet_tcp *tcp, uint32_t *marks)
{
	struct pasted_talk key;
	unsigned side = key_of(talk, &key);
	struct talk *t;

	/* tcpdump prints what has neither as it is, and learns nothing. */
	if (!(tcp->flags & (TCP_SYN | TCP_ACK)))
		return;

	t = talk_of(s, &key);
	if (!t)
		return;

	if (tcp->flags & TCP_SYN) {
		if (*marks & PACKET_SEQ)
			on_syn(t, &t->sides[side], &t->sides[!side], tcp);
	} else {
		on_ack(t, &t->sides[side], &t->sides[!side], tcp, marks);
	}
}
