#pragma once

#include <stdbool.h>

#include "trace/pasted_line.h"

/*
 * What stands behind the addresses of an IP packet: which protocol, told by how
 * it begins, and the readers for those that have no file of their own: UDP, IP
 * inside IP, and protocols that are only named.
 */
enum pasted_carried {
	PASTED_CARRIED_TCP,
	PASTED_CARRIED_UDP,
	PASTED_CARRIED_ICMP,
	PASTED_CARRIED_ICMP6,
	PASTED_CARRIED_SCTP,
	PASTED_CARRIED_TCP_CUT, /* the snaplen left no header */
	PASTED_CARRIED_OTHER,   /* UDP if there are ports */
};

enum pasted_carried pasted_carried_by(const struct cursor *c);

/* Whether it is only the beginning of one of the words that tell: the line is
 * cut there. */
bool pasted_carried_is_cut(const struct cursor *c);

/* Whether the addresses have ports behind them, and whose. */
enum pasted_ports pasted_carried_ports(enum pasted_carried carried,
				       uint8_t *ret_protocol);

/* Reads on to the end. The addresses are in the packet. */
void pasted_carried_read(struct pasted_line *l, enum pasted_carried carried);
