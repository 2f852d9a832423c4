#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "net/address.h"

/*
 * Connection tracking of this network namespace: how full its table is, what it
 * dropped, and the entry of one flow (ctnetlink). The table itself is never
 * read. CAP_NET_ADMIN, but for how full it is.
 */
struct conntrack {
	bool is_there;         /* the kernel tracks connections at all */
	int64_t count, most;   /* entries; most 0: any number */
	uint64_t drops;        /* packets that it could not track */
	uint64_t early_drops;  /* entries that had to make room */
	uint64_t insert_fails; /* clashes, mostly of NAT */
};

/* 0 or -errno. Where nothing is tracked, nothing is asked that would make the
 * kernel begin. */
int conntrack_read(struct conntrack *ret);

/* A flow as its first packet has it. */
struct conntrack_flow {
	struct address source, destination;
	uint16_t source_port, destination_port;
	uint8_t protocol;
};

/* What is kept of it. */
struct conntrack_entry {
	/* From where its answers come: not the destination where that was
	 * translated. */
	struct address answers_from;
	uint16_t answers_port;
	uint32_t status;  /* IPS_* of linux/netfilter/nf_conntrack_common.h */
	uint32_t seconds; /* until it is forgotten */
	uint8_t state;    /* of TCP: TCP_CONNTRACK_*; 0: none */
};

/* 0; -ENOENT: there is none; -errno. */
int conntrack_find(const struct conntrack_flow *f, struct conntrack_entry *ret);
