#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/text.h"
#include "trace/line.h"

/*
 * What the printers of one line share. A printer appends to out what tcpdump
 * 4.99.3 prints for its protocol. It reads through a cursor that ends where the
 * captured bytes end, while the lengths from the headers are passed beside it.
 *
 * A printer returns false when the captured bytes ended too early; it has then
 * printed what tcpdump had printed by then, and has set protocol to the name
 * that tcpdump gives for it. Whoever called it returns false at once too, and
 * line.c closes the line with " [|protocol]", as tcpdump's longjmp does.
 */
struct line {
	struct text *out;
	const struct line_options *options;
	struct line_printer *printer; /* names, sequence numbers: line.c's */
	const char *protocol;         /* tcpdump's ndo_protocol */
	const char *beyond;           /* see struct line_result */
	unsigned ip_depth;            /* tcpdump's ip_print nesting */
};

/* Names as tcpdump would print them under the options at hand. v4 is four,
 * v6 sixteen bytes in network order. */
void line_address4(struct line *l, const uint8_t v4[static 4]);
void line_address6(struct line *l, const uint8_t v6[static 16]);
void line_port_tcp(struct line *l, uint16_t port);
void line_port_udp(struct line *l, uint16_t port);
void line_mac(struct line *l, const uint8_t mac[static 6]);

/* tcpdump's nd_printn() and nd_printjn(): untrusted text with ^X and M-^X. */
void line_untrusted(struct line *l, const uint8_t *bytes, size_t len);

/* The printers. c: the protocol's captured bytes; length: what the header
 * above says that there are. Each is in the file of its name. */
bool arp_print(struct line *l, struct cursor c, uint32_t length);
bool ip_print(struct line *l, struct cursor c, uint32_t length);
bool ip6_print(struct line *l, struct cursor c, uint32_t length);
bool icmp_print(struct line *l, struct cursor c, uint32_t length,
		bool fragmented);
bool icmp6_print(struct line *l, struct cursor c, uint32_t length,
		 bool fragmented);
/* over_tcp: two bytes of length come first; is_mdns: port 5353. */
bool dns_print(struct line *l, struct cursor c, uint32_t length, bool over_tcp,
	       bool is_mdns);
/* The body of TCP option 30, len bytes with kind and length; flags as on the
 * wire. False here means "invalid", as mptcp_print() returns 0. */
bool mptcp_print(struct line *l, struct cursor option, uint8_t flags);
