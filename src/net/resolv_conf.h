#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/address.h"
#include "net/dns.h"

/*
 * resolv.conf(5), as glibc reads it: which name servers it asks, how, and what
 * a name is completed with. Lines that glibc skips are skipped. The text is the
 * caller's; nothing of it is kept.
 */
enum { RESOLV_SERVERS = 3, RESOLV_SEARCH = 8, RESOLV_ZONE = 16 };

struct resolv_server {
	struct address address;
	char zone[RESOLV_ZONE]; /* behind '%', or "" */
	unsigned line;          /* from 1; 0: no line names it */
};

struct resolv_conf {
	struct resolv_server servers[RESOLV_SERVERS];
	size_t server_count;
	unsigned ignored; /* nameserver lines beyond those that are used */
	char search[RESOLV_SEARCH][DNS_NAME_SIZE];
	size_t search_count;
	unsigned search_line; /* of search or domain; 0: there is none */
	unsigned ndots, timeout_s, attempts;
	bool has_edns, is_tcp_only, rotates;
};

/* An empty text gives the defaults, with the server of this host itself that
 * glibc then asks (its line is 0). */
void resolv_conf_read(struct resolv_conf *ret, const char *text, size_t len);

/* Options as they stand behind "options", and in RES_OPTIONS. */
void resolv_conf_options(struct resolv_conf *c, const char *text, size_t len);

/* The i-th name that is asked for host, in glibc's order: host as it is, and
 * with each search domain; false: there is none. */
bool resolv_conf_candidate(const struct resolv_conf *c, const char *host,
			   size_t i, char ret[static DNS_NAME_SIZE]);
