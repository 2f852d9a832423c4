#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ruleset/field.h"

/*
 * Packets as bytes, written from the fields that rules ask for and read back
 * from what a device puts out. Lengths and checksums are right; what no field
 * tells is zero.
 */

enum {
	FRAME_ETHER = 14,
	FRAME_MAX = 65536 + FRAME_ETHER,
	FRAME_IPV4 = 2, /* NFPROTO_IPV4, NFPROTO_IPV6: of FIELD_FAMILY */
	FRAME_IPV6 = 10,
};

enum { FRAME_ID = 0x4b57 }; /* of IPv4, and of ICMP's questions */

/* Transport protocols that are written with a header of their own. */
enum {
	FRAME_ICMP = 1,
	FRAME_TCP = 6,
	FRAME_UDP = 17,
	FRAME_DCCP = 33,
	FRAME_GRE = 47,
	FRAME_ESP = 50,
	FRAME_AH = 51,
	FRAME_ICMP6 = 58,
	FRAME_SCTP = 132,
	FRAME_UDPLITE = 136,
};

enum {
	FRAME_FIN = 0x01,
	FRAME_SYN = 0x02,
	FRAME_RST = 0x04,
	FRAME_PSH = 0x08,
	FRAME_ACK = 0x10,
};

struct frame {
	size_t len; /* from the Ethernet header on */
	uint8_t data[FRAME_MAX];
};

bool frame_is_v6(const struct point *p);
bool frame_has_ports(unsigned protocol);

/* An ICMP or ICMPv6 type that quotes the packet it is about. */
bool frame_is_error(bool v6, unsigned type);

/* Writes the packet. Its length is made to fit its headers, in p too. The
 * quoted packet, of ICMP errors, may be NULL: then nothing sensible is
 * quoted. */
void frame_write(struct frame *f, struct point *p, const struct point *quoted);

/* Of a TCP segment that was just written, and is no fragment. */
void frame_number(struct frame *f, uint32_t seq, uint32_t ack);

/* The fields of a packet that came out of a device. False where it is none of
 * IP. What it quotes goes to ret_quoted, whose known is 0 where there is
 * nothing. */
bool frame_read(const uint8_t *data, size_t len, struct point *ret,
		struct point *ret_quoted);
