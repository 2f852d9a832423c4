#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Packets as bytes: Ethernet, IPv4 or IPv6, TCP, UDP, ICMP and ICMPv6, with
 * right lengths and checksums. What is sent, and when, is scenario.c's.
 */

enum wire_side { CLIENT, SERVER };

enum wire_kind {
	WIRE_TCP,
	WIRE_UDP,
	WIRE_ECHO,
	WIRE_ERROR, /* the segment's own fields are the packet that is quoted */
};

enum wire_content {
	WIRE_FILL,      /* letters that only the sequence number decides */
	WIRE_GET,       /* an HTTP request as long as the segment */
	WIRE_POST,      /* the head of an HTTP request of arg bytes in all */
	WIRE_OK,        /* the head of an HTTP answer of arg bytes in all */
	WIRE_DNS_QUERY, /* arg: id and name */
	WIRE_DNS_ANSWER,
};

/* TCP options of a SYN, in the order in which each system writes them. */
enum wire_style { WIRE_LINUX, WIRE_WINDOWS, WIRE_MACOS, WIRE_STYLES };

enum {
	WIRE_FIN = 0x01,
	WIRE_SYN = 0x02,
	WIRE_RST = 0x04,
	WIRE_PSH = 0x08,
	WIRE_ACK = 0x10,
};

enum {
	WIRE_MAX = 1514, /* bytes of the longest frame */
	WIRE_BLOCKS = 3, /* SACK blocks that fit beside a timestamp */
	WIRE_DNS_QUERY_BYTES = 37,
	WIRE_DNS_ANSWER_BYTES_4 = 53,
	WIRE_DNS_ANSWER_BYTES_6 = 65,
};

struct wire_host {
	uint8_t ip[16]; /* IPv4: the first four */
	uint8_t mac[6];
	uint16_t port; /* echo: the id, in both */
	uint16_t mss;
	uint8_t scale;
	uint8_t ttl;    /* where the capture is taken */
	uint8_t hops;   /* from the host to there */
	uint8_t style;  /* enum wire_style */
	uint32_t label; /* IPv6 flow label */
};

struct wire_flow {
	struct wire_host host[2];
	uint8_t router[16]; /* sends the errors that no end sends */
	bool v6;
	bool stamps;      /* both ends use TCP timestamps */
	uint32_t pending; /* packets in the queue, and the script itself */
};

struct wire_segment {
	int64_t time_ns;
	struct wire_flow *flow;
	uint32_t seq; /* echo: its sequence number */
	uint32_t ack;
	uint32_t stamp;
	uint32_t echo;
	uint32_t block[WIRE_BLOCKS][2];
	uint32_t arg; /* of the content */
	uint16_t len; /* bytes above TCP, UDP or the echo header */
	uint16_t window;
	uint16_t id;  /* of IPv4 */
	uint16_t mtu; /* of an error */
	uint8_t flags;
	uint8_t side; /* the sender, of an error: the sender of what it quotes */
	uint8_t kind;
	uint8_t content;
	uint8_t blocks;
	uint8_t type; /* of an error */
	uint8_t code;
	bool by_router; /* an error, not from the addressed host */
	bool bare;      /* no timestamp although the flow has them: a RST */
	bool routed;    /* seen a second time, beyond the next router */
};

struct wire;

struct wire *wire_new(void);
void wire_free(struct wire *w);

/* The frame into out, WIRE_MAX bytes; its length. */
size_t wire_build(const struct wire *w, const struct wire_segment *s,
		  uint8_t *out);
