#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * What the devices of this network namespace have counted of packets that they
 * lost (RTM_GETLINK, IFLA_STATS64; Documentation/networking/statistics.rst). No
 * privilege is needed.
 */
struct netlink;

struct link_stats {
	uint32_t index;
	uint64_t rx_missed;  /* no room in the ring or in its memory */
	uint64_t rx_errors;  /* frames that were damaged or too long */
	uint64_t tx_dropped; /* given up before they were sent */
	uint64_t tx_errors;
};

struct link_stats_list {
	struct link_stats *list;
	size_t count;
};

/* 0 or -errno; link_stats_done() in either case. */
int link_stats_read(struct netlink *n, struct link_stats_list *ret);
void link_stats_done(struct link_stats_list *l);

/* NULL: there is no such device. */
const struct link_stats *link_stats_of(const struct link_stats_list *l,
				       uint32_t index);
