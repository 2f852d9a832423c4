#pragma once

#include <stdbool.h>

#include "ruleset/field.h"

/*
 * Entries of connection tracking, made before a packet comes and taken away
 * behind it, so that it meets a connection that is established, or is an ICMP
 * error about one. Needs the network namespace of lab_open().
 */
struct track {
	int fd; /* netlink */
	uint32_t sequence;
	bool is_plain; /* this kernel translates nothing */
};

/* 0 or -errno. */
int track_open(struct track *t);
void track_close(struct track *t);

/* The connection of the packet's ct- fields, seen in both directions. 0 or
 * -errno. */
int track_add(struct track *t, const struct point *packet);
int track_delete(struct track *t, const struct point *packet);

/* All connections. */
int track_flush(struct track *t);
