#pragma once

#include "net/dns.h"
#include "net/hosts_file.h"
#include "net/nsswitch.h"
#include "net/resolv_conf.h"
#include "probe/name_lookup.h"

/*
 * All that was found out about one name: what the system's resolver said, what
 * each name server says itself, and the files that decide who is asked.
 */
enum { NAME_CANDIDATES = 6, NAME_TYPES = 2 };

enum name_reply {
	NAME_NOT_ASKED,
	NAME_WAITING,  /* not yet, and not for long enough to call it silence */
	NAME_ANSWERED, /* whatever the answer says */
	NAME_SILENT,
	NAME_CLOSED,      /* an ICMP error, or a RST: err */
	NAME_NOT_SENT,    /* this host's kernel refused to send it: err */
	NAME_TCP_BLOCKED, /* truncated, and it could not be had over TCP: err */
};

struct name_result {
	enum name_reply reply;
	int err;
	int64_t took_ns;          /* of the answer */
	struct dns_answer answer; /* where it was answered or truncated */
};

struct name_server {
	bool is_asked;
	/* A, AAAA; of each name that the resolver would ask for. */
	struct name_result results[NAME_CANDIDATES][NAME_TYPES];
};

struct name_evidence {
	const char *host;
	int family;          /* that is wanted: AF_UNSPEC, AF_INET, AF_INET6 */
	bool has_v4, has_v6; /* this host has an address of that family */
	int64_t took_ns; /* until the system's resolver answered, or so far */
	struct name_lookup lookup;
	struct resolv_conf conf;
	bool has_conf; /* the file could be read */
	struct nsswitch nsswitch;
	struct hosts_line hosts[HOSTS_LINES];
	size_t host_count;
	char candidates[NAME_CANDIDATES][DNS_NAME_SIZE];
	size_t candidate_count;
	struct name_server servers[RESOLV_SERVERS];
};

static inline enum dns_type name_evidence_type(size_t type)
{
	return type ? DNS_AAAA : DNS_A;
}
