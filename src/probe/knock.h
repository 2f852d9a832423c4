#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "probe/icmp_error.h"

/*
 * One connection attempt by the kernel's own TCP: an ordinary SYN, and what came
 * back. No privilege is needed. Every SYN is counted in the case record, because
 * filters that count attempts are armed by them.
 */
enum knock_answer {
	KNOCK_WAITING,
	KNOCK_OPEN,     /* SYN-ACK */
	KNOCK_RST,      /* RST */
	KNOCK_ICMP,     /* an ICMP error, see error */
	KNOCK_LOCAL,    /* the own kernel refused; see err and stage */
	KNOCK_GIVEN_UP, /* the own kernel waits no longer */
	KNOCK_ANSWERS,
};

/* What was being done when the own kernel refused. */
enum knock_stage { KNOCK_SOCKET, KNOCK_BIND, KNOCK_CONNECT };

struct knock {
	int fd; /* -1: there is none */
	uint16_t port;
	int64_t sent_ns; /* clock_now() */
	int64_t answered_after_ns;
	enum knock_answer answer;
	bool was_reset; /* KNOCK_OPEN: reset before it was looked at */
	enum knock_stage stage;
	int err; /* positive errno of KNOCK_LOCAL */
	struct icmp_error error;
	struct address local; /* sent from */
	uint16_t local_port;
	unsigned syns; /* that were sent, as far as looked at */
};

struct knock_options {
	uint16_t port;
	int ttl;     /* 0: the kernel's */
	int repeats; /* of the SYN, 0: the kernel's own number */
	bool any_source_port;
};

/* Whether a silent attempt is waited for until a dead neighbour is found out. If
 * not, it must be stopped before two seconds: the kernel repeats the SYN as long
 * as there is a socket, and of many addresses it may do so for few only. */
bool knock_is_long(const struct case_record *c, const struct attempt *a);

/* SYNs that may still be sent, without those that the kernel repeats for the
 * connect probes that run. */
unsigned knock_budget(const struct probing *p);

/* What failed, when no socket was to be had for that errno. */
enum knock_stage knock_stage_of(int err);

/* Sends the SYN and watches the socket. 0, also where the answer is there at
 * once; -errno only for what is our own, as memory. */
int knock_begin(struct probing *p, struct knock *k,
		const struct knock_options *o);

/* Sees what became of it; call it when the socket is ready, and before it is
 * given up. */
void knock_look(struct probing *p, struct knock *k);

/* Closes the socket. */
void knock_close(struct probing *p, struct knock *k);
