#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/address.h"
#include "trace/pasted_scan.h"

/*
 * Addresses and ports out of the words that tcpdump's text has for them.
 *
 * Text does not resolve names, and people black out addresses. So a name, or
 * what is left of an address, gets a made-up address of its own: out of
 * 240.0.0.0/4, or 100::/64 for IPv6, where no real packet comes from. It
 * depends on the name alone, so that two texts with the same names agree.
 */
struct pasted_names;

/* NULL when there is no memory. */
struct pasted_names *pasted_names_new(void);
void pasted_names_free(struct pasted_names *n);

/* The name that an address was made up for, or NULL. */
const char *pasted_names_of(const struct pasted_names *n,
			    const struct address *a);

/* Which ports a word has behind its address. */
enum pasted_ports {
	PASTED_PORTS_NONE,  /* host */
	PASTED_PORTS_SOME,  /* host.port */
	PASTED_PORTS_MAYBE, /* to be told by its form */
};

struct pasted_end {
	struct address address;
	uint16_t port; /* 0: not told, or a name nobody knows */
	bool has_port;
	bool is_v6;
};

/*
 * "10.1.0.7.50502", "2001:db8::1.ssh", "host.example.org.http". v6 says of what
 * family a name is. n may be NULL: names are then all alike, which is enough to
 * see whether a line is complete. False when it cannot be one.
 */
bool pasted_names_end(struct pasted_names *n, struct scan_word w, bool v6,
		      enum pasted_ports ports, uint8_t protocol,
		      struct pasted_end *ret);

/* A host alone, as in "host 10.1.0.7 unreachable". */
bool pasted_names_host(struct pasted_names *n, struct scan_word w, bool v6,
		       struct address *ret);

/* A port alone, number or name; 0 when nobody knows it. */
uint16_t pasted_names_port(struct pasted_names *n, struct scan_word w,
			   uint8_t protocol);

/* Dotted, all of the word; for speed, because every line has two. */
bool pasted_names_v4(struct cursor *c, uint32_t *ret);
