#pragma once

#include "cli/recording.h"
#include "cli/server.h"
#include "cli/server_rules_parts.h"
#include "cli/server_trace.h"
#include "nftrace/path.h"

/*
 * What the files of server_trace share, and nobody else.
 */
/* One attempt's trace. */
struct tracing {
	struct server *server;
	struct server_rules *rules; /* may be NULL */
	const struct server_seen *seen;
	const struct look_question *question;
	struct attempt *attempt;
	struct recording recording;
	struct arena *arena;
	struct nftrace_list list;
	bool has_packets; /* some were traced, in whichever round */
	size_t size;      /* of the recording when it was read last */
	int64_t began_ns;
	const struct nftrace_packet *packet;
	const struct nftrace_step *end;
	/* What of the model it is: NULL: not found. */
	const struct chain *chain;
	const struct rule *rule; /* NULL: the chain's policy */
};

/* The source of its facts, and its step's id. */
extern const char server_trace_source[];

/* server_trace_ask.c: whether counters and reports have told the rule already. */
bool server_trace_is_settled(const struct tracing *t);

/* Whether it looks like the packet filter at all: the kernel reports so; without
 * reports, nothing came back, or what a rule may have sent. */
bool server_trace_is_likely(const struct tracing *t);

/* The kernel dropped it at another hook, or by another engine, than the walk
 * through the rules says: they are not all that is in force. */
bool server_trace_is_denied(const struct tracing *t);

/* The report that netfilter dropped one of its packets, or NULL. */
const struct drop_event *server_trace_filtered(const struct tracing *t);

bool server_trace_is_hook(enum drop_hook reported, enum hook hook);

struct nftrace_request server_trace_request(const struct tracing *t);

/* server_trace.c: whether it is the client's, or the answer. */
bool server_trace_is_from_client(const struct tracing *t,
				 const struct nftrace_packet *p);

/* server_trace_end.c: t->end in the rules that were read: t->chain, t->rule. */
bool server_trace_find(struct tracing *t);

/* The same, in rules that are read again where numbers may have moved. 0 or
 * -errno. */
int server_trace_map(struct tracing *t, bool *ret);

/* Tells the rule. The kernel's word stands above what was foretold and counted. */
void server_trace_tell(struct tracing *t);

void server_trace_step(const struct tracing *t, bool is_mapped);
