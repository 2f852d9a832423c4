#pragma once

#include <stddef.h>
#include <stdint.h>

#include "net/packet.h"

struct problems;

/*
 * Packets out of tcpdump's text, as it stands in tickets, mails and posts:
 * every -t form, names or numbers, -S or relative sequence numbers, -e, -v, -q,
 * -#, -i any, hex dumps below, lines wrapped in the middle of words or numbers,
 * quoted with ">", HTML entities, prompts and "listening on" lines between,
 * tcpdump 3.x.
 *
 * Text goes in as chunks; packets come out in order. What is not a packet line
 * is counted by kind, and what looks like one and cannot be read is a problem
 * with its line and column. Reads no files.
 */
struct pasted;

/*
 * One packet and the text it came from. What the text does not say is unmarked
 * or zero: a port that is a name nobody knows; without -v what an ICMP error
 * quotes except its destination, and protocol and destination port where the
 * words have them (has_ports is then false, but dport is told); flags with -q.
 * Sequence numbers are absolute wherever the text shows what tcpdump counted
 * from; else PACKET_SEQ_RELATIVE says that they count from the first one. The
 * frame is the number that -# printed, or the packet's place in the text.
 */
struct pasted_packet {
	struct packet packet;
	uint64_t line;    /* where it starts in the input, from 1 */
	const char *text; /* unwrapped, unquoted, one line; not terminated */
	size_t text_len;
};

struct pasted_counts {
	uint64_t lines; /* all */
	uint64_t packets;
	uint64_t continuations; /* -v second lines, wrapped parts, hex dumps */
	/* Prompts, "listening on", counts at the end, blank lines, prose. */
	uint64_t chatter;
	uint64_t unread; /* looked like packets and could not be read */
};

/* name is what problems call the input; it and problems must outlive this. */
struct pasted *pasted_new(const char *name, struct problems *problems);
void pasted_free(struct pasted *p);

/*
 * Gives bytes of text; they are copied. After the last, pasted_end(). 0 or
 * -ENOMEM.
 */
int pasted_feed(struct pasted *p, const char *data, size_t len);
int pasted_end(struct pasted *p);

/* The next packet that can be told complete. 1, or 0 when more text is needed
 * (or there is none). ret stays valid until the next call of any function. */
int pasted_next(struct pasted *p, struct pasted_packet *ret);

void pasted_counts(const struct pasted *p, struct pasted_counts *ret);

/*
 * Names that text does not resolve, and addresses that were made unreadable,
 * get made-up addresses, the same for the same name everywhere: out of
 * 240.0.0.0/4, or 100::/64 in IPv6. This is the name behind such an address,
 * NULL for any other. It lives as long as p.
 */
const char *pasted_name(const struct pasted *p, const struct address *a);
