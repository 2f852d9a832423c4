#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

struct frame;

/*
 * One frame as the line that tcpdump 4.99.3 (Debian 12) prints for it, byte for
 * byte: Ethernet, VLAN, Linux cooked, raw, loopback, ARP, IPv4, IPv6, TCP, UDP,
 * ICMP, ICMPv6, DNS. Protocols that tcpdump knows and this does not are printed
 * up to where they begin, and said to be so in struct line_result.
 *
 * Decoding and printing are one pass here, against the habit of this tree: what
 * tcpdump prints of a packet that ends early depends on how far it had got.
 */
struct line_options {
	bool numeric;      /* -n, -nn: addresses and ports as numbers */
	bool absolute_seq; /* -S */
	bool number;       /* -# */
	bool is_pcap; /* a pcap file: tcpdump takes its seconds for signed ones */
	int time_form; /* how many -t: 0 is the time of day, 5 the delta to the first with a date */
};

struct line_printer;

struct line_result {
	const char *
		beyond; /* the protocol at which this stopped and tcpdump goes on, or NULL */
};

struct line_printer *line_printer_new(const struct line_options *options);
void line_printer_free(struct line_printer *p);

/* Appends the line and its newline (some packets are several lines). */
void line_print(struct line_printer *p, const struct frame *f, struct text *out,
		struct line_result *ret);

/*
 * The same for one TCP frame out of its order: the bases of its relative
 * sequence numbers (the initial sequence numbers of the sender and of the
 * other side) are given, not remembered. -nn, the time of day.
 */
void line_print_alone(struct line_printer *p, const struct frame *f,
		      uint32_t seq_base, uint32_t ack_base, struct text *out);
