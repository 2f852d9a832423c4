#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/address.h"

/*
 * The first packet of a client, or the server's answer to it, as far as it is
 * known before it was seen: addresses, ports, flags. What is not known of it
 * (lengths, checksums, the time to live) is marked so, bit by bit. What reads
 * it must then say that it cannot tell.
 */
enum { FIRST_PACKET_BYTES = 14 + 40 + 20 };

struct first_packet {
	uint8_t bytes[FIRST_PACKET_BYTES];
	uint8_t known[FIRST_PACKET_BYTES]; /* the bits that are */
	size_t network;   /* where the IP header begins: behind Ethernet's */
	size_t transport; /* where that of TCP or UDP does */
	size_t len;
};

struct first_packet_question {
	struct address source, destination;
	bool has_source, has_destination;
	uint16_t source_port, destination_port; /* 0: not known */
	uint8_t protocol;                       /* IPPROTO_TCP or _UDP */
	bool is_v4;
	bool is_answer; /* a SYN-ACK, not a SYN */
};

void first_packet_make(struct first_packet *ret,
		       const struct first_packet_question *q);

/* That of the client who is asked about, or the answer to it. */
struct look_question;

void first_packet_asked(struct first_packet *ret, const struct look_question *q,
			bool is_answer);
