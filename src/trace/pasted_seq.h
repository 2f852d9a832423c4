#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "net/packet.h"

/*
 * Sequence numbers as they were on the wire.
 *
 * Without -S tcpdump prints what follows the first packet of a conversation
 * that has an ACK as distances: from that packet's own number, and from the one
 * it acknowledges minus one. A SYN begins anew. This keeps the same book, and
 * tells by size whether a number is such a distance or stands for itself.
 *
 * Where the text begins later than tcpdump did, the base is not known: then the
 * numbers of that side stay distances, marked PACKET_SEQ_RELATIVE in its own
 * packets. An ack is always in the numbers of the other side's seq.
 */
struct pasted_seq;

/* NULL when there is no memory. */
struct pasted_seq *pasted_seq_new(void);
void pasted_seq_free(struct pasted_seq *s);

/* Who talks; both sides find the same conversation. */
struct pasted_talk {
	struct address src, dst;
	uint16_t sport, dport;
};

/* Rewrites seq, ack and the edges of SACK as printed; marks are the packet's,
 * PACKET_SEQ says that seq was printed. */
void pasted_seq_apply(struct pasted_seq *s, const struct pasted_talk *talk,
		      struct packet_tcp *tcp, uint32_t *marks);
