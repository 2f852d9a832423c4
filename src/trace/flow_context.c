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
	uint16_t port; /* 0: the host itself */
	uint16_t other_port; /* of the host: the port that was reached */
	uint8_t vantage;
	uint8_t ttl; /* of what it sends by TCP */
	bool used;
	bool pings;
	bool serves;
	bool serves_two; /* of a port: clients; of a host: ports */
	bool heard;
};

struct flow_context {
	struct standing *rows;
	size_t mask;
	const struct flow_table *table;
};

/* What a row is about; the client only with port 0. */
static struct standing subject_of(const struct flow *f, bool is_port)
{
	struct standing s = {
		.host = f->addresses[FLOW_SERVER],
		.vantage = f->vantage,
		.used = true,
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

static uint32_t subject_hash(const struct standing *s)
{
	const struct flow_key key = {
		.src = s->host,
		.dst = s->client,
		.sport = s->port,
		.vantage = s->vantage,
	};

	return flow_hash(&key);
}

static struct standing *standing_of(const struct flow_context *c,
				    const struct flow *f, bool is_port,
				    bool create)
{
	const struct standing subject = subject_of(f, is_port);

	for (uint32_t i = subject_hash(&subject);; i++) {
		struct standing *s = &c->rows[i & c->mask];

		if (s->used && is_about(s, &subject))
			return s;
		if (s->used)
			continue;
		if (!create)
			return NULL;
		*s = subject;
		return s;
	}
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

static void learn_host(const struct flow *f, struct standing *s)
{
	bool pinged = f->protocol == PACKET_ICMP || f->protocol == PACKET_ICMP6;

	if (f->half[FLOW_SERVER].packets)
		s->heard = true;
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

static void learn(const struct flow_context *c, const struct flow *f)
{
	struct standing *s = standing_of(c, f, false, false);

	if (s)
		learn_host(f, s);
	if (f->protocol != PACKET_TCP)
		return;
	s = standing_of(c, f, true, false);
	if (s)
		learn_port(f, s);
}

static int compare_answers(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct flow_answer));
}

struct flow_context *flow_context_new(const struct flow_table *t)
{
	struct flow_context *c = calloc(1, sizeof(*c));
	size_t wanted = 0;

	if (!c)
		return NULL;

	c->table = t;
	for (uint32_t i = 0; i < t->used; i++)
		wanted += wants_context(&t->flows[i]);
	c->mask = 63;
	while (c->mask < wanted * 4)
		c->mask = c->mask * 2 + 1;
	c->rows = calloc(c->mask + 1, sizeof(*c->rows));
	if (!c->rows) {
		free(c);
		return NULL;
	}

	for (uint32_t i = 0; wanted && i < t->used; i++) {
		const struct flow *f = &t->flows[i];

		if (!wants_context(f))
			continue;
		(void)standing_of(c, f, false, true);
		if (f->protocol == PACKET_TCP)
			(void)standing_of(c, f, true, true);
	}
	for (uint32_t i = 0; wanted && i < t->used; i++)
		learn(c, &t->flows[i]);
	if (t->answer_count)
		qsort(t->answers, t->answer_count, sizeof(*t->answers),
		      compare_answers);

	return c;
}

void flow_context_free(struct flow_context *c)
{
	if (!c)
		return;

	free(c->rows);
	free(c);
}

static void host_facts(const struct standing *s, const struct flow *f,
		       struct fact_set *facts)
{
	uint16_t port = f->ports[FLOW_SERVER];

	if (s->pings)
		fact_add(facts, FACT_HOST_PINGS);
	if (s->serves && (s->serves_two || s->other_port != port))
		fact_add(facts, FACT_HOST_SERVES);
	if (!s->heard && !(f->state & FLOW_HAS_NOTE))
		fact_add(facts, FACT_HOST_DEAD);
	if (f->state & FLOW_RST_REFUSES && s->ttl && f->half[FLOW_SERVER].ttl)
		fact_add(facts, s->ttl == f->half[FLOW_SERVER].ttl ?
					FACT_RST_SAME_TTL :
					FACT_RST_OTHER_TTL);
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

void flow_context_facts(const struct flow_context *c, const struct flow *f,
			struct fact_set *facts)
{
	const struct flow_answer told = { f->addresses[FLOW_CLIENT],
					  f->addresses[FLOW_SERVER] };
	const struct standing *s;

	if (!wants_context(f))
		return;

	if (c->table->answer_count &&
	    bsearch(&told, c->table->answers, c->table->answer_count,
		    sizeof(told), compare_answers))
		fact_add(facts, FACT_HAS_NAME);
	s = standing_of(c, f, false, false);
	if (s)
		host_facts(s, f, facts);
	if (f->protocol != PACKET_TCP)
		return;
	s = standing_of(c, f, true, false);
	if (s && s->serves)
		port_facts(s, f, facts);
}
