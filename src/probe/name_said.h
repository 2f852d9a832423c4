#pragma once

#include "probe/name_evidence.h"

/*
 * What one name server says of a name, all its answers taken together as the
 * resolver takes them, and which of the servers the resolver would listen to.
 */
enum name_said_what {
	SAID_NOTHING, /* not asked, or not waited for */
	SAID_ADDRESSES,
	SAID_NO_NAME,    /* NXDOMAIN for all that was asked */
	SAID_NO_ADDRESS, /* the name is there, without an address */
	SAID_ALIAS,      /* an alias, and what it leads to does not exist */
	SAID_REFUSED,
	SAID_FAILED, /* SERVFAIL, or an answer that cannot be read */
	SAID_SILENT,
	SAID_CLOSED,
	SAID_NOT_SENT,
	SAID_TCP_BLOCKED,
};

struct name_said {
	enum name_said_what what;
	size_t server;
	size_t candidate; /* the name that this is about */
	int err;
	unsigned rcode;
	const char *alias; /* where its CNAMEs lead, or "" */
	struct address addresses[NAME_TYPES * DNS_ADDRESSES];
	size_t count;
};

void name_said_by(struct name_said *ret, const struct name_evidence *e,
		  size_t server);

/* The same of one of the names that are asked for. */
void name_said_of(struct name_said *ret, const struct name_evidence *e,
		  size_t server, size_t candidate);

/* The first server whose answer the resolver takes as its own; false: none. */
bool name_said_heard(struct name_said *ret, const struct name_evidence *e);

/* Whether the resolver goes on to the next server after this. */
bool name_said_is_dead(enum name_said_what what);

bool name_said_has(const struct name_said *s, const struct address *a);

/* Whether the application would take an address of that family. */
bool name_said_is_usable(const struct name_evidence *e,
			 const struct address *a);
bool name_said_has_usable(const struct name_evidence *e,
			  const struct name_said *s);

/* Whether the system's resolver gave it, or any of them. */
bool name_said_looked_up(const struct name_evidence *e,
			 const struct address *a);
bool name_said_looked_up_any(const struct name_evidence *e,
			     const struct name_said *s);

/* The first server that gives addresses which are of use; false: none does. */
bool name_said_usably(struct name_said *ret, const struct name_evidence *e);
