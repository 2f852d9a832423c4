#pragma once

#include "base/arena.h"
#include "net/packet.h"
#include "trace/flow.h"

/*
 * Between the files of flow analysis; others use trace/flow.h.
 *
 * flow.c hands packets out; flow_table.c finds the flow of one; flow_tcp.c
 * (with flow_begin.c and flow_data.c), flow_udp.c and flow_icmp.c change it; flow_words.c looks at payloads; flow_facts.c draws the facts;
 * flow_context.c adds what other flows tell of the same host.
 */
struct flow_input {
	int64_t first_ns, last_ns;
	enum vantage vantage;
};

enum {
	OWN_WORDS = 64,
	HEARD_WORDS = 1024,
	RECENT = 1024,
	ANSWERS_MOST = 65536
};

/* A DNS answer: the client was told this address for that name. */
struct flow_answer {
	struct address address, client;
	uint32_t name; /* its hash */
};

/* One of the latest attempts. */
struct flow_try {
	uint32_t index; /* of the flow, plus one; 0: none */
	uint32_t
		pair; /* hash of its addresses: most are not those in question */
};

struct flow_slot {
	uint32_t hash;
	uint32_t index; /* of the flow, plus one; 0: empty */
};

struct flow_table {
	/* Tells of a flow that makes room for another: flow.c's. */
	void (*end_early)(struct flow_table *t, const struct flow *f);
	flow_receiver *evicted;
	void *context;
	struct flow *flows; /* limit records, mapped as they are touched */
	uint32_t used;      /* records that were ever used */
	uint32_t limit;
	uint32_t sweep; /* where the search for an idle flow goes on */
	struct flow_slot *slots;
	uint32_t slot_mask;
	uint32_t slots_filled;
	struct flow_note *notes;
	uint32_t note_count, note_size;
	uint32_t free_note;  /* plus one; the next is in its icmp_mtu */
	uint64_t secrets[4]; /* of the hash: nobody shall choose collisions */
	struct flow_input *inputs;
	size_t input_count;
	int64_t *ends; /* until when the flows of each input were watched */
	struct flow_context *standings; /* once the input has ended */
	uint16_t file;                  /* of the packets at hand */
	struct flow_counts counts;
	uint64_t heard
		[HEARD_WORDS]; /* bits of stations that frames were seen for */
	uint64_t
		own[OWN_WORDS]; /* bits of addresses that this host sent from */
	uint8_t last_heard[6];  /* the station that was remembered last */
	uint32_t recent_dns[RECENT]; /* flows, plus one, by hash without tag */
	struct flow_try tries[RECENT];
	uint32_t try_count;
	uint32_t recent_asks[RECENT]; /* ARP: by the address asked for */
	uint32_t recent_syn[RECENT];  /* ... by the client's end */
	struct flow_answer *answers;
	uint32_t answer_count, answer_size;
	bool no_memory;
};

/* What identifies a flow, as the packet at hand has it. */
struct flow_key {
	struct address src, dst;
	uint16_t sport, dport;
	uint16_t tag;
	uint8_t protocol;
	uint8_t vantage;
};

/* The flow and the direction of the key in it, or NULL. */
struct flow *flow_find(struct flow_table *t, const struct flow_key *key,
		       uint32_t hash, int *ret_direction);

/* A new record for the key; client tells which end that is. Takes the place of
 * an older flow of the same key. NULL without memory. */
struct flow *flow_create(struct flow_table *t, const struct flow_key *key,
			 uint32_t hash, bool src_is_client, int64_t time_ns);

uint32_t flow_hash(const struct flow_table *t, const struct flow_key *key);

/* Its parts: one of an end, and one of two ends and what else there is. */
uint64_t flow_hash_end(const struct flow_table *t, const struct address *a,
		       uint16_t port);
uint32_t flow_hash_ends(const struct flow_table *t, uint64_t one,
			uint64_t other, uint32_t rest);

/* The note of a flow, made at the first call; NULL without memory. */
struct flow_note *flow_note(struct flow_table *t, struct flow *f);

/* Remembers the packet as proof; the first one stays unless it is renewed. */
void flow_prove(const struct flow_table *t, struct flow *f,
		enum fact_shown kind, const struct packet *p);
void flow_prove_first(const struct flow_table *t, struct flow *f,
		      enum fact_shown kind, const struct packet *p);

/* What every protocol counts. */
void flow_count(struct flow *f, int direction, const struct packet *p);

void flow_tcp(struct flow_table *t, const struct packet *p,
	      const struct flow_key *key, uint32_t hash);
void flow_udp(struct flow_table *t, const struct packet *p,
	      const struct flow_key *key, uint32_t hash);
void flow_echo(struct flow_table *t, const struct packet *p,
	       const struct flow_key *key, uint32_t hash);
void flow_error(struct flow_table *t, const struct packet *p);
/* Remembers for which station a unicast frame was seen, and asks for it. */
void flow_hear(struct flow_table *t, const struct packet *p);
bool flow_heard(const struct flow_table *t, const uint8_t mac[static 6]);
/* Remembers an address that the capturing host sent from. */
void flow_own(struct flow_table *t, const struct address *a);
void flow_neighbour(struct flow_table *t, const struct packet *p);

/* Looks at the first payload of a direction, and at alerts later. */
void flow_words(struct flow_table *t, struct flow *f, int direction,
		const struct packet *p);
void flow_dns(struct flow_table *t, struct flow *f, int direction,
	      const struct packet *p);

/* Remembers the latest DNS flow of a pair of ends, for ICMP errors that do not
 * quote the transaction id. */
void flow_dns_recent(struct flow_table *t, const struct flow_key *key,
		     const struct flow *f);
struct flow *flow_dns_latest(struct flow_table *t, const struct flow_key *key);

/* Remembers the latest attempt between two addresses, for the errors of
 * tcpdump's text that name no port. */
void flow_tries(struct flow_table *t, const struct flow *f);

/* The latest flow that a client's end sent a SYN for, or NULL. */
struct flow *flow_syn_of(struct flow_table *t, const struct address *client,
			 uint16_t port);

/* Whether the service of that port begins by itself, and whether each of its
 * requests has an answer (UDP). */
bool flow_server_first(uint16_t port);
bool flow_expects_answer(uint16_t port);

/* TCP services that take data and say nothing: printers, syslog, FTP data. */
bool flow_one_way(uint16_t port);

/* Until when the flow was watched; once the input has ended. */
int64_t flow_watched(const struct flow_table *t, const struct flow *f);

/* The facts of a record, watched until end_ns. */
void flow_facts(const struct flow_table *t, const struct flow *f,
		int64_t end_ns, struct fact_set *ret);

/* What other flows of the same input tell of a host and its ports. */
struct flow_context;
struct flow_context *flow_context_new(struct flow_table *t);
void flow_context_free(struct flow_context *c);
void flow_context_facts(const struct flow_context *c, const struct flow *f,
			struct fact_set *facts);

/* Sequence numbers modulo 2^32 (RFC 9293 3.4). */
static inline bool seq_after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

static inline bool seq_at_or_after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) >= 0;
}
