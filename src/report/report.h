#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/json.h"
#include "base/problem.h"
#include "base/text.h"
#include "diag/diag.h"
#include "fact/case.h"
#include "net/address.h"

/*
 * What is told of a trace, in whatever format. The verdict is drawn and the
 * evidence collected before; a format only arranges and writes, so formats
 * cannot disagree. Nothing here looks at a source.
 */
/* The rule or policy that a ruleset names, in words that belong to it. */
struct report_rule {
	const char *engine, *family, *table, *chain;
	unsigned number; /* 0: the chain's policy */
	uint64_t handle; /* 0: none known */
	const char *text, *comment, *owner;
	unsigned accept_number; /* of the ACCEPT below it; 0: none */
	const char *accept_text;
};

/* A fault behind the first. */
struct report_also {
	const struct cause *cause;
	enum certainty certainty;
	const struct culprit *culprit; /* or NULL */
};

struct report_flow {
	const char *transport; /* "tcp", "udp", "icmp", "icmp6", "arp" */
	struct address client, server;
	const char *client_name, *server_name; /* instead of them, or NULL */
	uint16_t client_port, server_port;
	bool has_ports;
	bool has_isn;
	uint32_t isn;
	enum vantage vantage;
	int64_t first_ns, last_ns;
	uint64_t packets[2], bytes[2]; /* client's, server's */
	const char *opening, *ending;  /* ids, see doc/explain.schema.json */
	const struct verdict *verdict;
	const struct fact_set *facts;
	/* What is known beyond the set, of an attempt: words, sources and
	 * culprits. NULL: of a trace. */
	const struct facts *found;
	const struct culprit *culprit;    /* named by those, or NULL */
	const struct case_record *record; /* of which it is an attempt */
	const struct report_also *also;   /* further faults */
	size_t also_count;
	/* What the host's rules refuse it by; NULL: not known. */
	const struct report_rule *rule;
	struct packet_line lines[SHOWN_PACKETS];

	uint32_t syns;
	uint32_t retransmitted[2];
	struct address icmp_sender;
	uint8_t icmp_version, icmp_type, icmp_code; /* version 0: none */
	int64_t icmp_after_ns;
	uint32_t icmp_mtu;
	uint8_t tls_alert;
	bool has_tls_alert;
	uint16_t http_status;
	uint8_t dns_rcode;
	const char *name; /* asked for by DNS, or "" */
};

struct report_summary {
	uint64_t packets, flows;
	uint64_t by_status[STATUSES];
	uint64_t by_symptom[SYMPTOMS];
	uint64_t not_ip, fragments, truncated;
	uint64_t evicted;
	uint64_t text_lines, text_unread, text_chatter; /* tcpdump's text */
	int64_t first_ns, last_ns;
};

struct report_options {
	bool all;     /* healthy flows, too */
	bool summary; /* only the counts */
	bool colour;
};

struct report_groups;

/* A report while it is written. */
struct report {
	const struct report_options *options;
	FILE *file;
	struct text out; /* written to file whenever it is long */
	struct json json;
	struct report_groups *groups; /* the text format's */
	bool failed; /* the file could not be written, or no memory */
};

struct format {
	const char *name;
	const char *mime;
	void (*begin)(struct report *r);
	/* Whether the packets of this flow will be shown: asked of every flow
	 * before the first is told, so that only those are looked up. */
	bool (*wants)(struct report *r, const struct report_flow *f);
	void (*flow)(struct report *r, const struct report_flow *f);
	void (*end)(struct report *r, const struct report_summary *s,
		    const struct problems *problems);
};

extern const struct format *const format_list[];
extern const size_t format_count;

const struct format *format_find(const char *name);

/* Counts a flow. */
void report_count(struct report_summary *s, const struct verdict *v);

/* Writes what has gathered, when it is worth it or at the end. */
void report_flush(struct report *r, bool at_end);
