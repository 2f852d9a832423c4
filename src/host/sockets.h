#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "net/address.h"

/*
 * What the kernel tells of TCP sockets of this namespace (sock_diag(7)), of all
 * users; no privilege is needed.
 */

/* What connections lead to, as their client has it. */
struct sockets_tuple {
	struct address destination;
	uint16_t port;
	uint16_t source_port; /* 0: any; of several, the most is told */
};

/* What became of a SYN: from struct tcp_info. */
struct sockets_syn {
	bool is_waiting;   /* there is such a socket, in SYN-SENT */
	unsigned timeouts; /* how often the kernel tried again */
	bool is_sent;      /* the last of that got as far as the interface */
};

/* 0 or -errno. */
int sockets_syn(const struct sockets_tuple *t, struct sockets_syn *ret);

/* How many of the ports first to last are in use by any TCP socket of that
 * family. 0 or -errno. */
int sockets_ports_used(int family, const int64_t range[2], unsigned *ret);
