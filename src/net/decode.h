#pragma once

#include "base/cursor.h"
#include "net/packet.h"

/*
 * Between the files that decode one frame: each takes the bytes that its header
 * begins with, fills what it knows of the packet and calls the next. Nothing
 * here is for other folders; they call packet_decode().
 */
struct decode {
	struct packet *packet;
	uint32_t missing; /* bytes on the wire behind those captured */
};

enum {
	ETHERTYPE_OF_IPV4 = 0x0800,
	ETHERTYPE_OF_ARP = 0x0806,
	ETHERTYPE_QTAG = 0x8100,
	ETHERTYPE_OF_IPV6 = 0x86dd,
	ETHERTYPE_MPLS = 0x8847,
	ETHERTYPE_MPLS_GROUP = 0x8848,
	ETHERTYPE_PPPOE = 0x8864,
	ETHERTYPE_SERVICE_TAG = 0x88a8,
	ETHERTYPE_QINQ_OLD = 0x9100,
	ETHERTYPE_BRIDGED = 0x6558, /* Ethernet in GRE */
};

/* How many headers may stand inside one another before we stop. */
enum { DECODE_DEPTH = 16 };

/* Cursors go by address: three words by value go through memory in pieces that
 * a processor cannot forward. None of these moves the caller's. */
void link_decode(struct decode *d, const struct cursor *at, unsigned link);
void ethertype_decode(struct decode *d, const struct cursor *at, unsigned type);
void arp_decode(struct decode *d, struct cursor c);
void ip_decode(struct decode *d, const struct cursor *at); /* by its version */

/* length: bytes of the header and payload on the wire, from the IP header. */
void tcp_decode(struct decode *d, const struct cursor *at, uint32_t length);
void udp_decode(struct decode *d, const struct cursor *at, uint32_t length);
/* IP inside the UDP payload, room bytes on the wire; false: there is none. */
bool tunnel_decode(struct decode *d, const struct cursor *at, uint32_t room);
void icmp_decode(struct decode *d, const struct cursor *at);
void icmp6_decode(struct decode *d, const struct cursor *at);

/* The TCP options of a whole header, RFC 9293 3.1. */
void tcp_options_decode(struct packet *p, const struct cursor *at);
