#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * What nft's "log group" hands to a process (nfnetlink_log): packets as they
 * are at that rule, after everything that changed them before it. The group
 * is of this network namespace.
 */
struct sniff {
	int fd;
	uint32_t sequence;
};

/* Listens to the group. 0 or -errno. */
int sniff_open(struct sniff *s, unsigned group);
void sniff_close(struct sniff *s);

/* The next packet, from its IP header on; 0: none. */
size_t sniff_receive(struct sniff *s, uint8_t *data, size_t size);
