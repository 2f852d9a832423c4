#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/packet.h"
#include "trace/pasted_clock.h"
#include "trace/pasted_names.h"
#include "trace/pasted_scan.h"

/*
 * One logical line of tcpdump's, read into a packet.
 *
 * The readers of the layers take what they know off the cursor and write it
 * into the packet, from the outside inwards: pasted_line_read() the number and
 * the time, pasted_link.h interface and link layer, pasted_ip.h addresses and
 * what they carry, then pasted_tcp.h, pasted_icmp.h, pasted_icmp6.h. Sequence
 * numbers are left as printed.
 *
 * The same readers tell whether a line goes on in the next one of the text:
 * with names == NULL nothing is remembered of what they saw.
 */
struct pasted_line {
	struct cursor c; /* not read yet */
	const char *start;
	struct pasted_names *names;
	struct packet *packet;
	struct pasted_stamp stamp;
	uint32_t number; /* -#; 0: none */
	unsigned depth;  /* IP headers read */

	/* What an ICMP error quotes, if it is TCP; the numbers as printed. */
	struct packet_tcp quoted;
	uint32_t quoted_marks;

	/* Where the first thing stands that was not expected, or NULL. */
	const char *strange;

	/* How the line ends. */
	bool cut;          /* in the middle of what every packet has */
	bool complete;     /* all that a packet has was there */
	bool lacks_length; /* ... but its length, which most have */
	bool may_go_on;    /* ... but words of the payload may follow */
	bool wants_body;   /* -v: addresses follow on another line */
	bool wants_inner;  /* an encapsulated packet follows on another line */
	bool wants_quote; /* -v: the packet that an ICMP error is about follows */
	bool verbose;     /* an IP header of -v was read */
	bool has_ends;    /* who sent it and who is to get it was read */
	bool not_ip; /* a protocol that has nothing to do with connections */
};

enum pasted_line_answer {
	PASTED_LINE_PACKET,
	PASTED_LINE_BROKEN, /* like a packet, but cannot be read at strange */
	PASTED_LINE_OTHER,  /* no packet */
};

/* What a line begins with. */
enum pasted_line_start {
	PASTED_START_NOT,  /* not a packet */
	PASTED_START_BARE, /* a packet without a time; may also be inside one */
	PASTED_START_TIMED,
};

/* Looks only as far as needed; set_apart: blanks stood before it. */
enum pasted_line_start pasted_line_start(const char *s, size_t len);

/*
 * Reads the line; *ret is set up by this, and *packet filled as far as it was
 * read. names may be NULL, see above.
 */
enum pasted_line_answer pasted_line_read(struct pasted_line *ret, const char *s,
					 size_t len, struct pasted_names *names,
					 struct packet *packet);

/* For the layers: remembers the first place that was not expected. */
void pasted_line_wonder(struct pasted_line *l);

/* For the layers: what is left are words about the payload. */
void pasted_line_words(struct pasted_line *l);
