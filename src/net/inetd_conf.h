#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/problem.h"

/*
 * inetd.conf(5): the services that inetd serves, and those that are commented
 * out, in which most that "do not listen" stand. As the inetd of OpenBSD reads
 * it that Debian has ("tcp" is both families there). What the host says of the
 * programs is for others. Everything belongs to the arena.
 */
struct inetd_service {
	unsigned line;    /* from 1 */
	const char *text; /* as it stands */
	bool is_off;      /* it stands in a comment */
	const char *name; /* telnet, or a number */
	bool has_port;    /* and it is known which */
	uint16_t port;
	uint8_t protocol; /* IPPROTO_TCP, IPPROTO_UDP, 0: another */
	bool takes_v4, takes_v6;
	bool waits;          /* the program itself accepts */
	bool is_internal;    /* inetd answers itself */
	bool is_wrapped;     /* by tcpd */
	const char *address; /* that it listens on, "*": all */
	const char *program; /* what inetd starts */
	const char *server;  /* what serves in the end: tcpd starts it */
	const char *daemon;  /* its name as libwrap sees it */
	const struct inetd_service *next;
};

/* All services of the text. name outlives the problems. 0 or -ENOMEM. */
int inetd_conf_read(const struct inetd_service **ret, struct arena *a,
		    const char *name, const char *text, size_t len,
		    struct problems *p);

/* The first of the list that is for that port: of those that are off, or of
 * those that are not. NULL: there is none. */
const struct inetd_service *inetd_conf_find(const struct inetd_service *list,
					    uint8_t protocol, uint16_t port,
					    bool is_off);
