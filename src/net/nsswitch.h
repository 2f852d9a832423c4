#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * The hosts line of nsswitch.conf(5): whom a name is asked of, in which order,
 * and where that ends. Other lines are skipped. The text is the caller's.
 */
enum { NSSWITCH_SERVICES = 16, NSSWITCH_NAME = 32, NSSWITCH_TEXT = 160 };

struct nsswitch_service {
	char name[NSSWITCH_NAME];
	bool ends_not_found; /* it does not know the name: nobody else is asked */
	bool ends_unavailable; /* it cannot be asked: the same */
};

struct nsswitch {
	struct nsswitch_service services[NSSWITCH_SERVICES];
	size_t count;
	unsigned line;            /* from 1; 0: there is no such line */
	char text[NSSWITCH_TEXT]; /* the line, cut when it is longer */
};

/* Without a hosts line this is what glibc takes instead: files dns. */
void nsswitch_read(struct nsswitch *ret, const char *text, size_t len);

/* What becomes of a name that no service before "dns" knows. */
enum nsswitch_way {
	NSSWITCH_ASKS_DNS,
	NSSWITCH_WITHOUT_DNS, /* no service asks name servers */
	NSSWITCH_STOPS,       /* one before it ends the search */
	NSSWITCH_OTHERWISE,   /* another service asks in its stead */
};

enum nsswitch_way nsswitch_way(const struct nsswitch *n, const char *host);

/* Whether /etc/hosts is asked, and before DNS. */
bool nsswitch_reads_hosts(const struct nsswitch *n);
