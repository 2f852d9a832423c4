#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "net/address.h"

/*
 * What the kernel knows of a neighbour: the host or gateway on the own link
 * that a packet is handed to (RTM_GETNEIGH; NUD_* of linux/neighbour.h).
 */
struct netlink;

enum { NEIGHBOUR_MAC = 32 };

struct neighbour {
	bool is_known; /* there is an entry */
	uint16_t state;
	uint8_t mac[NEIGHBOUR_MAC];
	uint8_t mac_length; /* 0: none is known */
};

/* 0, also when there is none; -errno. */
int neighbour_get(struct netlink *n, const struct address *a, uint32_t device,
		  struct neighbour *ret);

/* It was asked for and did not answer. */
bool neighbour_has_failed(const struct neighbour *e);
/* It is being asked for, and has not answered yet. */
bool neighbour_is_asked(const struct neighbour *e);
/* It answered not long ago: within net.ipv4.neigh.*.base_reachable_time_ms,
 * about half a minute. What is stale or made by hand may be dead. */
bool neighbour_answers(const struct neighbour *e);
/* Somebody wrote it: it is believed without being asked for. */
bool neighbour_is_permanent(const struct neighbour *e);

/* As `ip neigh' has it: "02:00:00:00:00:01 REACHABLE". */
struct text;
void neighbour_text(struct text *out, const struct neighbour *e);
