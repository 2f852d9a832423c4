#pragma once

#include "probe/name_evidence.h"
#include "probe/probe.h"

/*
 * Asks every name server of resolv.conf itself, all at once, as glibc would ask
 * the one whose turn it is: the same names in the same order, UDP first, TCP when
 * the answer is truncated. Ids are random, ports the kernel's choice. Only what
 * is needed of each: the next name is asked when the last one gave no address.
 */
struct name_query {
	int fd; /* -1: none is under way */
	bool is_tcp, is_connected;
	size_t candidate;
	struct dns_question question;
	uint8_t sent[2 + DNS_QUERY_SIZE]; /* with TCP's length before it */
	size_t sent_len;
	uint8_t got[4096];
	size_t got_len;
	int64_t began_ns, again_ns; /* again 0: it is not repeated any more */
};

struct name_servers {
	struct probing *probing;
	struct name_evidence *evidence;
	struct name_query queries[RESOLV_SERVERS][NAME_TYPES];
};

/* Sends the first queries. The evidence holds whom to ask, and for what. */
void name_server_begin(struct name_servers *s, struct probing *p,
		       struct name_evidence *e);

/* Something happened on a descriptor; false: it is none of these. */
bool name_server_ready(struct name_servers *s, int fd, short events);

/* Repeats what is due. When to be called next; 0: never. */
int64_t name_server_due(struct name_servers *s);

/* Whether nothing is waited for any more. */
bool name_server_is_over(const struct name_servers *s);

/* It ends here: those that were silent for long enough are called so. */
void name_server_end(struct name_servers *s);
