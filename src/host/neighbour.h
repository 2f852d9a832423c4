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
	uint32_t changed_s; /* since its state changed; UINT32_MAX: not told */
};

/* 0, also when there is none; -errno. */
int neighbour_get(struct netlink *n, const struct address *a, uint32_t device,
		  struct neighbour *ret);

/* All of a family: its address, its device, and whether it says that it is a
 * router (IPv6 only). each() returns below 0 to end it. 0 or -errno. */
struct neighbour_entry {
	struct address address;
	uint32_t device;
	struct neighbour neighbour;
	bool is_router;
};

typedef int neighbour_each(const struct neighbour_entry *e, void *context);
int neighbour_dump(struct netlink *n, int family, neighbour_each *each,
		   void *context);

/* By which port of a bridge a station is reached, as the bridge has learned it
 * (RTM_GETNEIGH of PF_BRIDGE, Linux 5.0): its index; 0: it has not. 0 or
 * -errno. */
int neighbour_port(struct netlink *n, uint32_t bridge, const uint8_t mac[6],
		   uint32_t *ret);

/* It was asked for and did not answer. */
bool neighbour_has_failed(const struct neighbour *e);
/* It is being asked for, and has not answered yet. */
bool neighbour_is_asked(const struct neighbour *e);
/* It answered not long ago: within net.ipv4.neigh.*.base_reachable_time_ms,
 * about half a minute. What is stale or made by hand may be dead. */
bool neighbour_answers(const struct neighbour *e);
/* Somebody wrote it: it is believed without being asked for. */
bool neighbour_is_permanent(const struct neighbour *e);

/* The kernel's table of neighbours, of all network namespaces together; only
 * the first of them can tell (/proc/net/stat/arp_cache, ndisc_cache). */
struct neighbour_table {
	uint64_t entries, most; /* net.ipv4.neigh.default.gc_thresh3 */
	uint64_t full;          /* how often there was no room */
};

/* family: AF_INET or AF_INET6. 0; -ENOENT: it is not told here; -errno. */
int neighbour_table_read(int family, struct neighbour_table *ret);

/* For tests: the file's text: names over rows of hexadecimal numbers, one for
 * each processor. */
void neighbour_table_parse(struct neighbour_table *ret, const char *text);

/* As `ip neigh' has it: "02:00:00:00:00:01 REACHABLE". */
struct text;
void neighbour_text(struct text *out, const struct neighbour *e);
