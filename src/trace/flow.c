#include "trace/flow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "net/icmp.h"
#include "trace/flow_table.h"

enum {
	DEFAULT_FLOWS = 4 * 1024 * 1024,
	FIRST_SLOTS = 16 * 1024,
	BATCH = 32, /* packets whose records are fetched ahead */
	PORT_DNS = 53,
};

static const struct flow_note *note_of(const struct flow_table *t,
				       const struct flow *f)
{
	return f->state & FLOW_HAS_NOTE ? &t->notes[f->note] : NULL;
}

static void end_early(struct flow_table *t, const struct flow *f)
{
	struct fact_set facts;

	flow_facts(t, f, t->counts.last_ns, &facts);
	t->evicted(t->context, f, note_of(t, f), &facts);
}

/* Odd, so that no product is zero for want of a secret. */
static void choose_secrets(struct flow_table *t)
{
	bool is_random = getrandom(t->secrets, sizeof(t->secrets),
				   GRND_NONBLOCK) == sizeof(t->secrets);

	for (size_t i = 0; i < sizeof(t->secrets) / sizeof(*t->secrets); i++) {
		if (!is_random)
			t->secrets[i] = (uint64_t)(uintptr_t)t *
					UINT64_C(0x9e3779b97f4a7c15) * (i + 1);
		t->secrets[i] |= 1;
	}
}

struct flow_table *flow_table_new(const struct flow_limits *limits,
				  flow_receiver *evicted, void *context)
{
	struct flow_table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;

	choose_secrets(t);
	t->end_early = end_early;
	t->evicted = evicted;
	t->context = context;
	t->limit = limits && limits->flows ? limits->flows : DEFAULT_FLOWS;
	t->slot_mask = FIRST_SLOTS - 1;
	t->slots = calloc(FIRST_SLOTS, sizeof(*t->slots));
	/* Address space only; pages come as flows do. */
	t->flows = mmap(
		NULL, t->limit * sizeof(*t->flows), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		// cppcheck-suppress invalidFunctionArg; RATIONALE: anonymous
		-1, 0);
	if (t->flows == MAP_FAILED)
		t->flows = NULL;
	if (!t->slots || !t->flows) {
		flow_table_free(t);
		return NULL;
	}

	(void)madvise(t->flows, t->limit * sizeof(*t->flows), MADV_HUGEPAGE);
	return t;
}

void flow_table_free(struct flow_table *t)
{
	if (!t)
		return;

	if (t->flows)
		(void)munmap(t->flows, t->limit * sizeof(*t->flows));
	free(t->slots);
	free(t->notes);
	free(t->inputs);
	free(t->answers);
	free(t->ends);
	flow_context_free(t->standings);
	free(t);
}

int flow_table_input(struct flow_table *t, uint16_t file, enum vantage v)
{
	struct flow_input *inputs =
		realloc(t->inputs, ((size_t)file + 1) * sizeof(*inputs));

	if (!inputs)
		return -ENOMEM;

	t->inputs = inputs;
	t->input_count = (size_t)file + 1;
	t->file = file;
	inputs[file] = (struct flow_input){ INT64_MAX, INT64_MIN, v };
	return 0;
}

static bool is_dns(const struct packet *p)
{
	return p->protocol == PACKET_UDP &&
	       (p->sport == PORT_DNS || p->dport == PORT_DNS);
}

/* The transaction id of a DNS message: from its bytes, or its printed words. */
static uint16_t dns_tag(const struct packet *p)
{
	uint32_t id = 0;

	if (p->payload_caplen >= 2)
		return (uint16_t)(p->payload[0] << 8 | p->payload[1]);

	for (uint32_t i = 0; i < p->words_len && i < 5; i++) {
		if (p->words[i] < '0' || p->words[i] > '9')
			break;
		id = id * 10 + (uint32_t)(p->words[i] - '0');
	}

	return (uint16_t)id;
}

static struct flow_key packet_key(const struct flow_table *t,
				  const struct packet *p)
{
	return (struct flow_key){
		.src = p->src,
		.dst = p->dst,
		.sport = p->sport,
		.dport = p->dport,
		.tag = is_dns(p) ? dns_tag(p) : 0,
		.protocol = p->protocol,
		.vantage = (uint8_t)t->inputs[t->file].vantage,
	};
}

static bool is_echo(const struct packet *p)
{
	if (p->protocol == PACKET_ICMP)
		return p->icmp.type == ICMP_ECHO ||
		       p->icmp.type == ICMP_ECHO_REPLY;

	return p->protocol == PACKET_ICMP6 &&
	       (p->icmp.type == ICMP6_ECHO || p->icmp.type == ICMP6_ECHO_REPLY);
}

static bool has_key(const struct packet *p)
{
	return p->marks & PACKET_PORTS &&
	       (p->protocol == PACKET_TCP || p->protocol == PACKET_UDP ||
		is_echo(p));
}

static void other(struct flow_table *t, const struct packet *p)
{
	if (p->protocol == PACKET_ARP)
		flow_neighbour(t, p);
	else if (p->protocol == PACKET_ICMP || p->protocol == PACKET_ICMP6)
		flow_error(t, p);
	else if (p->marks & PACKET_LATER_FRAGMENT)
		t->counts.fragments++;
	else if (p->marks & PACKET_TRUNCATED)
		t->counts.truncated++;
	else
		t->counts.not_ip++;
}

static void one(struct flow_table *t, const struct packet *p,
		const struct flow_key *key, uint32_t hash)
{
	if (p->protocol == PACKET_TCP)
		flow_tcp(t, p, key, hash);
	else if (p->protocol == PACKET_UDP)
		flow_udp(t, p, key, hash);
	else
		flow_echo(t, p, key, hash);
}

static void note_time(struct flow_table *t, int64_t time_ns)
{
	struct flow_input *in = &t->inputs[t->file];

	if (time_ns < in->first_ns)
		in->first_ns = time_ns;
	if (time_ns > in->last_ns)
		in->last_ns = time_ns;
	if (!t->counts.packets++) {
		t->counts.first_ns = time_ns;
		t->counts.last_ns = time_ns;
	}
	if (time_ns < t->counts.first_ns)
		t->counts.first_ns = time_ns;
	if (time_ns > t->counts.last_ns)
		t->counts.last_ns = time_ns;
}

/* The records of the packets in whose slot something stands: all four lines of
 * each are looked at. */
static void fetch_records(const struct flow_table *t, const uint32_t *hashes,
			  size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct flow_slot *s = &t->slots[hashes[i] & t->slot_mask];
		const char *record;

		if (!s->index)
			continue;
		record = (const char *)&t->flows[s->index - 1];
		for (size_t line = 0; line < sizeof(struct flow); line += 64)
			__builtin_prefetch(record + line, 1);
	}
}

/* Memory is slower than the work: hash a batch, fetch its slots, then its
 * records, and only then look at them. */
static void batch(struct flow_table *t, const struct packet *p, size_t count)
{
	struct flow_key keys[BATCH];
	uint32_t hashes[BATCH];
	bool keyed[BATCH];

	for (size_t i = 0; i < count; i++) {
		keyed[i] = has_key(&p[i]);
		hashes[i] = 0;
		if (!keyed[i])
			continue;
		keys[i] = packet_key(t, &p[i]);
		hashes[i] = flow_hash(t, &keys[i]);
		__builtin_prefetch(&t->slots[hashes[i] & t->slot_mask]);
	}

	fetch_records(t, hashes, count);
	for (size_t i = 0; i < count; i++) {
		note_time(t, p[i].time_ns);
		if (p[i].marks & PACKET_OUTGOING)
			flow_own(t, &p[i].src);
		if (p[i].has_mac)
			flow_hear(t, &p[i]);
		if (keyed[i])
			one(t, &p[i], &keys[i], hashes[i]);
		else
			other(t, &p[i]);
	}
}

int flow_table_add(struct flow_table *t, const struct packet *packets,
		   size_t count)
{
	while (count) {
		size_t n = count < BATCH ? count : BATCH;

		batch(t, packets, n);
		packets += n;
		count -= n;
	}

	return t->no_memory ? -ENOMEM : 0;
}

/* Until when a flow of this input was watched: the next input goes on where it
 * follows within a second. */
static int64_t watched_until(const struct flow_table *t, size_t file)
{
	int64_t end = t->inputs[file].last_ns;

	for (size_t i = file + 1; i < t->input_count; i++) {
		const struct flow_input *in = &t->inputs[i];

		if (in->vantage != t->inputs[file].vantage ||
		    in->first_ns > end + INT64_C(1000000000) ||
		    in->last_ns < end)
			continue;
		end = in->last_ns;
	}

	return end;
}

/* A flow that goes on in a later input was watched at least as long. */
int64_t flow_watched(const struct flow_table *t, const struct flow *f)
{
	int64_t end = t->ends[f->proof_files[SHOWN_FIRST]];

	return end > f->last_ns ? end : f->last_ns;
}

int flow_table_end(struct flow_table *t)
{
	t->ends = calloc(t->input_count + 1, sizeof(*t->ends));
	if (!t->ends)
		return -ENOMEM;

	for (size_t i = 0; i < t->input_count; i++)
		t->ends[i] = watched_until(t, i);
	t->standings = flow_context_new(t);
	return t->standings ? 0 : -ENOMEM;
}

void flow_table_each(const struct flow_table *t, flow_receiver *receive,
		     void *context)
{
	for (uint32_t i = 0; i < t->used; i++) {
		const struct flow *f = &t->flows[i];
		struct fact_set facts;

		flow_facts(t, f, flow_watched(t, f), &facts);
		flow_context_facts(t->standings, f, &facts);
		receive(context, f, note_of(t, f), &facts);
	}
}

void flow_table_counts(const struct flow_table *t, struct flow_counts *ret)
{
	*ret = t->counts;
}
