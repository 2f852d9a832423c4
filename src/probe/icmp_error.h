#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "probe/probe.h"

/*
 * The errors that the kernel keeps for a socket (IP_RECVERR, IPV6_RECVERR):
 * who sent the ICMP error and what it says, without any privilege. What it
 * means is diag's.
 */
struct icmp_error {
	uint8_t version; /* of the ICMP: 4 or 6; 0: an error of this kernel */
	uint8_t type, code;
	int err; /* what the application gets of it, a positive errno */
	uint32_t mtu;
	struct address sender; /* all zero: not known */
	int64_t after_ns;      /* since the packet that it answers was sent */
};

/* Asks for the errors of a socket of that family. 0 or -errno. */
int icmp_error_want(int fd, int family);

/* The next one. 1: there was one, 0: there is none, -errno. */
int icmp_error_read(int fd, struct icmp_error *ret);

/* The same from a message that recvmsg() returned; false: it holds none. */
bool icmp_error_parse(struct icmp_error *ret, const struct msghdr *msg);

/* The address of a socket address, all zero for another family. */
struct address icmp_error_address(const struct sockaddr *sa);

/* Tells it as facts of p's attempt: what it says and whose it is. local is the
 * address that the packet was sent from, which an error of this host's own
 * neighbours and rules carries. */
void icmp_error_tell(const struct probing *p, const struct icmp_error *e,
		     const struct address *local);

/*
 * Whether it was known at once that the packet cannot go on, or only when a
 * neighbour had been asked for long enough. A host unreachable that comes early
 * may be both: the neighbour may have been asked for already, for an earlier
 * packet. Then a second packet tells: a neighbour that was just given up takes
 * another three seconds, a rule or route does not. Rate limits may swallow
 * either error, so that only the time of one that came counts.
 */
enum icmp_lateness { ICMP_CAME_SOMETIME, ICMP_CAME_AT_ONCE, ICMP_CAME_LATE };

/* second: the error for a packet sent after the first error; NULL: none came,
 * or no such packet was sent. Pure. */
enum icmp_lateness icmp_error_lateness(const struct icmp_error *first,
				       const struct icmp_error *second);
void icmp_error_tell_lateness(const struct probing *p,
			      enum icmp_lateness lateness);

/* "host unreachable from 192.0.2.1", for a step. */
void icmp_error_text(struct text *out, const struct icmp_error *e);
