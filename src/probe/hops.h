#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/address.h"

/*
 * How far packets get: what became of SYNs with a limited ttl, for the port in
 * question and for one that answers. Pure: the path probe sends and receives.
 *
 * A router answers a packet whose ttl ends there with an ICMP error before its
 * forward rules are asked (Linux: ip_forward()), so such an answer says that the
 * packet came to that router, and nothing of what it would do next.
 */
enum hop_answer {
	HOP_SILENT,
	HOP_ROUTER, /* ICMP time exceeded: it got that far */
	HOP_HOST,   /* SYN-ACK or RST: it got all the way, or somebody lied */
	HOP_ERROR,  /* another ICMP error */
	HOP_ANSWERS,
};

struct hop {
	uint8_t ttl;
	bool is_control; /* to the other port */
	enum hop_answer answer;
	struct address router;
};

/* The hosts that start with 64, 128 or 255 have come down to this ttl over so
 * many routers; -1 for 0, which is no ttl. */
int hops_estimate(uint8_t reply_ttl);

struct hops_found {
	uint8_t last;         /* the highest ttl that the port's SYN got to */
	uint8_t last_control; /* the same of the other port */
	struct address last_router, last_control_router;
	/* The lowest ttl at which only the other port's SYN was answered, every
	 * time that it was tried; 0: there is none. */
	uint8_t parts_at;
	unsigned parts_tries; /* of the port in question, at that ttl */
	bool is_last_hop;     /* last is the router before the host */
	/* The same two routers, or more, take turns. */
	bool is_loop;
	struct address loop[2];
};

void hops_judge(struct hops_found *ret, const struct hop *hops, size_t count);
