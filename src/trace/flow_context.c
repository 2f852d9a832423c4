/*
 * What other flows tell of the same host: that it answers ping, that another
 * port answers, that this very port answers others, or did before.
 *
 * Only hosts that some flow found unanswering or refusing are remembered, so a
 * healthy trace costs one pass over its flows.
 */
#include <stdlib.h>
#include <string.h>

#include "trace/flow_table.h"

/* How a host stands with one client (port 0), or one of its ports with all. */
struct standing {
	struct address host;
	struct address client; /* of a port: the first that was served */
	int64_t served_first, served_last; /* a service was reached */
	uint16_t port;                     /* 0: the host itself */
	uint16_t other_port; /* of the host: the port that was reached */
	uint8_t vantage;
	uint8_t ttl; /* of what it sends by TCP */
	bool pings;
	bool serves;
	bool serves_two; /* of a port: clients; of a host: ports */
	bool heard;
	bool tried_twice; /* by this client */
	bool seen;
	bool one_way;      /* the client goes on, and the host is never heard */
	bool link_answers; /* ARP or neighbour discovery */
	bool link_answers_twice;
	int64_t good_first, good_last; /* the client was answered there */
	bool joined; /* of a port: flows of it are in both ends' captures */
	int64_t joined_first, joined_last;
	bool truncates; /* its DNS answers over UDP */
};

/* Rows stand one behind the other; slots (linear probing) tell which, and most
 * that is asked for has none, which its hash alone tells. */
struct flow_context {
	struct standing *rows;
	uint32_t count, size; /* of rows: used, allocated */
	struct flow_slot *slots;
	uint32_t mask;
	uint32_t *names; /* answers, plus one, the first of each address */
	uint32_t name_mask;
	struct flow_table *table;
	bool has_families; /* some row is about a name in one family */
};

/* The hashes of what a flow may have rows for. */
struct subjects {
	uint64_t host; /* the server's address */
	uint32_t pair; /* it and the client, in either role */
	uint32_t port;
};

enum {
	FIRST_SLOTS = 1024,
	FIRST_ROWS = 256,
	AHEAD = 32, /* flows whose rows are fetched ahead */
	PORT_DNS = 53,
};

/* Happy Eyeballs (RFC 8305) tries the families within a fraction of this. */
#define LATELY_NS (60 * INT64_C(1000000000))
#define SYN_WATCH_NS INT64_C(1000000000)
#define FALLBACK_NS (5 * INT64_C(1000000000))

static int compare_answers(const void *a, const void *b)
{
	return memcmp(a, b, 2 * sizeof(struct address));
}

static uint32_t *name_slot(const struct flow_context *c,
			   const struct address *a, uint64_t hash)
{
	for (uint64_t i = hash;; i++) {
		uint32_t *slot = &c->names[i & c->name_mask];

		if (!*slot ||
		    address_equal(&c->table->answers[*slot - 1].address, a))
			return slot;
	}
}

/* The answers are sorted: the first of each address is found. */
static int index_names(struct flow_context *c)
{
	const struct flow_table *t = c->table;
	uint32_t size = 64;

	while (size < 2 * t->answer_count)
		size *= 2;
	c->name_mask = size - 1;
	c->names = calloc(size, sizeof(*c->names));
	if (!c->names)
		return -1;

	for (uint32_t i = 0; i < t->answer_count; i++) {
		const struct address *a = &t->answers[i].address;
		uint32_t *slot = name_slot(c, a, flow_hash_end(t, a, 0));

		if (!*slot)
			*slot = i + 1;
	}

	return 0;
}

/* What both families of a host have in common: a name that DNS gave, or being
 * this host itself; 0 when nothing is known. */
static uint32_t name_of(const struct flow_context *c, const struct address *a,
			uint64_t hash)
{
	uint32_t i;

	if (address_is_loopback(a))
		return 1;

	i = *name_slot(c, a, hash);
	return i ? c->table->answers[i - 1].name : 0;
}

/* The row of a port of a name in one family: an address of the discard prefix
 * 100::/64 (RFC 6666) stands for it. */
static struct standing family_subject(const struct flow *f, uint32_t name,
				      bool is_v4)
{
	struct standing s = {
		.host = { { [0] = 1, [15] = is_v4 } },
		.port = f->ports[FLOW_SERVER],
		.vantage = f->vantage,
	};

	memcpy(s.host.bytes + 8, &name, sizeof(name));
	return s;
}

/* What a row is about; the client only with port 0. */
static struct standing subject_of(const struct flow *f, bool is_port)
{
	struct standing s = {
		.host = f->addresses[FLOW_SERVER],
		.vantage = f->vantage,
	};

	if (is_port)
		s.port = f->ports[FLOW_SERVER];
	else
		s.client = f->addresses[FLOW_CLIENT];

	return s;
}

static bool is_about(const struct standing *s, const struct standing *subject)
{
	return s->port == subject->port && s->vantage == subject->vantage &&
	       address_equal(&s->host, &subject->host) &&
	       (s->port || address_equal(&s->client, &subject->client));
}

static uint32_t port_hash(const struct flow_table *t,
			  const struct address *host, uint16_t port,
			  uint8_t vantage)
{
	return flow_hash_ends(t, flow_hash_end(t, host, port), 0, vantage);
}

static struct subjects subjects_of(const struct flow_table *t,
				   const struct flow *f)
{
	const struct address *host = &f->addresses[FLOW_SERVER];
	uint64_t client = flow_hash_end(t, &f->addresses[FLOW_CLIENT], 0);
	struct subjects s = { .host = flow_hash_end(t, host, 0) };

	s.pair = flow_hash_ends(t, s.host, client, f->vantage);
	if (f->protocol == PACKET_TCP)
		s.port = port_hash(t, host, f->ports[FLOW_SERVER], f->vantage);

	return s;
}

/* The slot of the row about the subject, or the empty one where it would go. */
static struct flow_slot *slot_of(const struct flow_context *c,
				 const struct standing *subject, uint32_t hash)
{
	for (uint32_t i = hash;; i++) {
		struct flow_slot *s = &c->slots[i & c->mask];

		if (!s->index || (s->hash == hash &&
				  is_about(&c->rows[s->index - 1], subject)))
			return s;
	}
}

/* The row about the subject, or NULL. */
static struct standing *row_of(const struct flow_context *c,
			       const struct standing *subject, uint32_t hash)
{
	uint32_t index = slot_of(c, subject, hash)->index;

	return index ? &c->rows[index - 1] : NULL;
}

/* Whether a row may have this hash: no flow is looked at for most of them. */
static bool has_row(const struct flow_context *c, uint32_t hash)
{
	for (uint32_t i = hash;; i++) {
		const struct flow_slot *s = &c->slots[i & c->mask];

		if (!s->index || s->hash == hash)
			return s->index;
	}
}

/* The rows about the flow's host or its port, or NULL. */
static struct standing *host_of(const struct flow_context *c,
				const struct flow *f, uint32_t hash)
{
	struct standing subject;

	if (!has_row(c, hash))
		return NULL;

	subject = subject_of(f, false);
	return row_of(c, &subject, hash);
}

static struct standing *port_of(const struct flow_context *c,
				const struct flow *f, uint32_t hash)
{
	struct standing subject;

	if (!has_row(c, hash))
		return NULL;

	subject = subject_of(f, true);
	return row_of(c, &subject, hash);
}

static int grow_slots(struct flow_context *c)
{
	uint32_t mask = c->slots ? c->mask * 2 + 1 : FIRST_SLOTS - 1;
	struct flow_slot *slots = calloc((size_t)mask + 1, sizeof(*slots));

	if (!slots)
		return -1;

	for (uint32_t i = 0; c->slots && i <= c->mask; i++) {
		uint32_t at = c->slots[i].hash;

		if (!c->slots[i].index)
			continue;
		while (slots[at & mask].index)
			at++;
		slots[at & mask] = c->slots[i];
	}

	free(c->slots);
	c->slots = slots;
	c->mask = mask;
	return 0;
}

static int grow_rows(struct flow_context *c)
{
	uint32_t size = c->size ? c->size * 2 : FIRST_ROWS;
	struct standing *rows = realloc(c->rows, size * sizeof(*rows));

	if (!rows)
		return -1;

	c->rows = rows;
	c->size = size;
	return 0;
}

static int want_row(struct flow_context *c, const struct standing *subject,
		    uint32_t hash)
{
	struct flow_slot *s;

	if (c->count > c->mask / 2 && grow_slots(c) < 0)
		return -1;

	s = slot_of(c, subject, hash);
	if (s->index)
		return 0;
	if (c->count == c->size && grow_rows(c) < 0)
		return -1;

	c->rows[c->count++] = *subject;
	*s = (struct flow_slot){ hash, c->count };
	return 0;
}

static uint32_t family_hash(const struct flow_context *c,
			    const struct standing *family)
{
	return port_hash(c->table, &family->host, family->port,
			 family->vantage);
}

/* Everything that may tell something of this flow. */
static int want_all(struct flow_context *c, const struct flow *f)
{
	const struct address *host = &f->addresses[FLOW_SERVER];
	const struct subjects s = subjects_of(c->table, f);
	struct standing subject = subject_of(f, false);
	uint32_t name;

	if (want_row(c, &subject, s.pair) < 0)
		return -1;
	if (f->protocol != PACKET_TCP)
		return 0;

	subject = subject_of(f, true);
	if (want_row(c, &subject, s.port) < 0)
		return -1;

	name = name_of(c, host, s.host);
	if (!name)
		return 0;

	c->has_families = true;
	subject = family_subject(f, name, !address_is_v4(host));
	return want_row(c, &subject, family_hash(c, &subject));
}

/* A flow for which it matters how the host stands otherwise. */
static bool wants_context(const struct flow *f)
{
	const struct flow_half *s = &f->half[FLOW_SERVER];

	if (f->state & FLOW_HAS_NOTE || f->state & FLOW_RST_REFUSES)
		return true;
	if (f->protocol != PACKET_TCP)
		return !s->packets;

	return !f->open_us && f->opening == OPENING_SYN;
}

static bool was_served(const struct flow *f)
{
	return f->protocol == PACKET_TCP && f->open_us;
}

/* The same ends in the server's own capture; with the same initial sequence
 * number it is the same attempt, and no clock has to agree. */
static const struct flow *at_server(const struct flow_context *c,
				    const struct flow *f)
{
	const struct flow_key key = {
		.src = f->addresses[FLOW_CLIENT],
		.dst = f->addresses[FLOW_SERVER],
		.sport = f->ports[FLOW_CLIENT],
		.dport = f->ports[FLOW_SERVER],
		.protocol = f->protocol,
		.vantage = VANTAGE_SERVER,
	};
	const struct flow *twin;
	int direction;

	if (f->vantage != VANTAGE_CLIENT || f->protocol != PACKET_TCP ||
	    f->opening != OPENING_SYN)
		return NULL;

	twin = flow_find(c->table, &key, flow_hash(c->table, &key), &direction);
	return twin;
}

static void learn_joined(const struct flow_context *c, const struct flow *f,
			 struct standing *s)
{
	const struct flow *twin = at_server(c, f);

	if (!twin || twin->isn != f->isn)
		return;

	if (!s->joined || f->first_ns < s->joined_first)
		s->joined_first = f->first_ns;
	if (!s->joined || f->first_ns > s->joined_last)
		s->joined_last = f->first_ns;
	s->joined = true;
}

/* What the server's own capture tells of a SYN that the client sent in vain. */
static void joined_facts(const struct flow_context *c, const struct flow *f,
			 const struct standing *s, struct fact_set *facts)
{
	const struct flow *twin;

	if (!fact_has(facts, FACT_SYN_SILENCE))
		return;

	twin = at_server(c, f);
	/* The same ends were used again: which attempt arrived is not known. */
	if (twin && twin->isn != f->isn)
		return;
	if (twin && twin->half[FLOW_SERVER].marks & HALF_SYN) {
		fact_add(facts, FACT_SYNACK_SEEN);
		fact_add(facts, FACT_SYNACK_UNANSWERED);
		fact_add(facts, FACT_SYNACK_LOST);
	} else if (twin && !twin->half[FLOW_SERVER].packets &&
		   flow_watched(c->table, twin) - twin->first_ns >=
			   SYN_WATCH_NS) {
		fact_add(facts, FACT_SYN_ARRIVED);
	} else if (!twin && s->joined && s->joined_first < f->first_ns &&
		   s->joined_last > f->first_ns) {
		fact_add(facts, FACT_SYN_NOT_ARRIVED);
	}
}

static void learn_host(const struct flow_context *c, const struct flow *f,
		       struct standing *s)
{
	static const uint8_t none[6];
	const struct flow_note *note =
		f->state & FLOW_HAS_NOTE ? &c->table->notes[f->note] : NULL;
	bool pinged = f->protocol == PACKET_ICMP || f->protocol == PACKET_ICMP6;

	if (f->protocol == PACKET_ARP) {
		s->link_answers |= f->half[FLOW_SERVER].packets > 0;
		s->link_answers_twice |= note && memcmp(note->second_mac, none,
							sizeof(none)) != 0;
		return;
	}
	s->tried_twice = s->seen;
	s->seen = true;
	if (f->half[FLOW_SERVER].packets)
		s->heard = true;
	if (f->client_acks && !f->half[FLOW_SERVER].packets)
		s->one_way = true;
	if (f->said & SAID_DNS_TRUNCATED)
		s->truncates = true;
	if (f->half[FLOW_SERVER].packets && (pinged || was_served(f))) {
		if (!s->pings && !s->serves)
			s->good_first = f->first_ns;
		if (f->last_ns > s->good_last)
			s->good_last = f->last_ns;
	}
	if (pinged && f->half[FLOW_SERVER].packets)
		s->pings = true;
	if (!was_served(f))
		return;

	if (s->serves && s->other_port != f->ports[FLOW_SERVER])
		s->serves_two = true;
	s->serves = true;
	s->other_port = f->ports[FLOW_SERVER];
	s->ttl = f->half[FLOW_SERVER].ttl;
}

static void learn_port(const struct flow *f, struct standing *s)
{
	if (!was_served(f))
		return;

	if (!s->serves) {
		s->served_first = f->first_ns;
		s->client = f->addresses[FLOW_CLIENT];
	}
	if (!address_equal(&s->client, &f->addresses[FLOW_CLIENT]))
		s->serves_two = true;
	s->serves = true;
	s->served_last = f->first_ns;
}

/* The row of the flow's own family, or of the other one; or NULL. */
static struct standing *family_of(const struct flow_context *c,
				  const struct flow *f, uint64_t host_hash,
				  bool is_other)
{
	const struct address *host = &f->addresses[FLOW_SERVER];
	uint32_t name = c->has_families ? name_of(c, host, host_hash) : 0;
	struct standing subject;

	if (!name)
		return NULL;

	subject = family_subject(f, name, address_is_v4(host) != is_other);
	return row_of(c, &subject, family_hash(c, &subject));
}

/* A host that speaks in another role is not silent. */
static void learn_voice(const struct flow_context *c, const struct flow *f,
			uint32_t hash)
{
	const struct standing subject = {
		.host = f->addresses[FLOW_CLIENT],
		.client = f->addresses[FLOW_SERVER],
		.vantage = f->vantage,
	};
	struct standing *s = row_of(c, &subject, hash);

	if (s && f->half[FLOW_CLIENT].packets)
		s->heard = true;
}

static void learn(const struct flow_context *c, const struct flow *f,
		  const struct subjects *hashes)
{
	struct standing *s = host_of(c, f, hashes->pair);

	if (s)
		learn_host(c, f, s);
	if (f->protocol == PACKET_UDP)
		learn_voice(c, f, hashes->pair);
	if (f->protocol != PACKET_TCP)
		return;
	s = port_of(c, f, hashes->port);
	if (s) {
		learn_port(f, s);
		learn_joined(c, f, s);
	}
	if (!was_served(f))
		return;
	s = family_of(c, f, hashes->host, false);
	if (s)
		learn_port(f, s);
}

static void fetch_row(const struct flow_context *c, uint32_t hash)
{
	const struct flow_slot *s = &c->slots[hash & c->mask];

	if (s->index && s->hash == hash)
		__builtin_prefetch(&c->rows[s->index - 1], 1);
}

/* As in flow.c: what some flows need is fetched ahead of all of them. */
static void learn_some(const struct flow_context *c, const struct flow *f,
		       uint32_t count)
{
	struct subjects hashes[AHEAD];

	for (uint32_t i = 0; i < count; i++) {
		hashes[i] = subjects_of(c->table, &f[i]);
		__builtin_prefetch(&c->slots[hashes[i].pair & c->mask]);
		__builtin_prefetch(&c->slots[hashes[i].port & c->mask]);
	}
	for (uint32_t i = 0; i < count; i++) {
		fetch_row(c, hashes[i].pair);
		fetch_row(c, hashes[i].port);
	}
	for (uint32_t i = 0; i < count; i++)
		learn(c, &f[i], &hashes[i]);
}

/* A row for every host and port whose standing will be asked for. */
static int want_rows(struct flow_context *c, const struct flow_table *t)
{
	for (uint32_t i = 0; i < t->used; i++) {
		const struct flow *f = &t->flows[i];

		if (!wants_context(f))
			continue;
		if (want_all(c, f) < 0)
			return -1;
	}

	return 0;
}

struct flow_context *flow_context_new(struct flow_table *t)
{
	struct flow_context *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;

	c->table = t;
	if (t->answer_count)
		qsort(t->answers, t->answer_count, sizeof(*t->answers),
		      compare_answers);
	if (grow_slots(c) < 0 || index_names(c) < 0 || want_rows(c, t) < 0) {
		flow_context_free(c);
		return NULL;
	}

	for (uint32_t i = 0; c->count && i < t->used; i += AHEAD)
		learn_some(c, &t->flows[i],
			   t->used - i < AHEAD ? t->used - i : AHEAD);

	return c;
}

void flow_context_free(struct flow_context *c)
{
	if (!c)
		return;

	free(c->rows);
	free(c->slots);
	free(c->names);
	free(c);
}

/* At the server the answer to a ping is only seen leaving, by the way on which
 * a router says that this one's ttl ran out. */
static bool is_lost_behind(const struct flow *f, const struct fact_set *facts)
{
	return f->vantage == VANTAGE_SERVER && fact_has(facts, FACT_ICMP_TTL) &&
	       fact_has(facts, FACT_SYNACK_SEEN);
}

static void host_facts(const struct standing *s, const struct flow *f,
		       struct fact_set *facts)
{
	uint16_t port = f->ports[FLOW_SERVER];

	/* An answer of an hour ago tells nothing of now. */
	bool lately = f->first_ns >= s->good_first - LATELY_NS &&
		      f->first_ns <= s->good_last + LATELY_NS;

	if (s->pings && lately && !is_lost_behind(f, facts))
		fact_add(facts, FACT_HOST_PINGS);
	if (s->serves && lately && (s->serves_two || s->other_port != port))
		fact_add(facts, FACT_HOST_SERVES);
	if (!s->heard && !(f->state & FLOW_HAS_NOTE))
		fact_add(facts, FACT_HOST_DEAD);
	if (s->truncates && f->protocol == PACKET_TCP && port == PORT_DNS)
		fact_add(facts, FACT_DNS_TRUNCATED);
	if (s->link_answers)
		fact_add(facts, FACT_ARP_ANSWERED);
	if (s->link_answers_twice)
		fact_add(facts, FACT_ARP_TWO_ANSWERS);
	/* The other direction takes another way: its silence means nothing. */
	if (s->one_way && !s->heard) {
		fact_remove(facts, FACT_SYN_SILENCE);
		fact_remove(facts, FACT_SYN_ARRIVED);
		fact_remove(facts, FACT_UDP_SILENCE);
	}
	/* An error may come at once because another attempt waited long. */
	if (s->tried_twice && fact_has(facts, FACT_ICMP_HOST))
		fact_remove(facts, FACT_ICMP_AT_ONCE);
	if (f->state & FLOW_RST_REFUSES && s->ttl && f->half[FLOW_SERVER].ttl)
		fact_add(facts, s->ttl == f->half[FLOW_SERVER].ttl
					? FACT_RST_SAME_TTL
					: FACT_RST_OTHER_TTL);
}

static void port_facts(const struct standing *s, const struct flow *f,
		       struct fact_set *facts)
{
	bool before = s->served_first < f->first_ns;
	bool after = s->served_last > f->first_ns;
	bool others = s->serves_two ||
		      !address_equal(&s->client, &f->addresses[FLOW_CLIENT]);

	if (others && before && after)
		fact_add(facts, FACT_PORT_SERVED_OTHERS);
	if (before)
		fact_add(facts, FACT_PORT_SERVED_BEFORE);
	if (after)
		fact_add(facts, FACT_PORT_SERVED_AFTER);
}

/* The client was told of this very address by a name server. */
static bool was_named(const struct flow_context *c, const struct flow *f,
		      uint64_t host_hash)
{
	const struct flow_answer told = {
		.address = f->addresses[FLOW_SERVER],
		.client = f->addresses[FLOW_CLIENT],
	};

	return *name_slot(c, &told.address, host_hash) &&
	       bsearch(&told, c->table->answers, c->table->answer_count,
		       sizeof(told), compare_answers);
}

void flow_context_facts(const struct flow_context *c, const struct flow *f,
			struct fact_set *facts)
{
	const struct standing *s;
	struct subjects hashes;

	if (!wants_context(f))
		return;

	hashes = subjects_of(c->table, f);
	if (was_named(c, f, hashes.host))
		fact_add(facts, FACT_HAS_NAME);
	s = host_of(c, f, hashes.pair);
	if (s)
		host_facts(s, f, facts);
	if (f->protocol != PACKET_TCP)
		return;
	s = port_of(c, f, hashes.port);
	if (s && s->serves)
		port_facts(s, f, facts);
	if (s)
		joined_facts(c, f, s, facts);
	s = family_of(c, f, hashes.host, true);
	if (s && s->serves && f->first_ns >= s->served_first - FALLBACK_NS &&
	    f->first_ns <= s->served_last + FALLBACK_NS)
		fact_add(facts, FACT_OTHER_FAMILY_WORKS);
}
