#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/address.h"

struct frame;

/*
 * What a packet says of the conversation it belongs to: the decoded form that
 * capture files (packet_decode()) and tcpdump's text (trace/pasted.h) share,
 * and the only thing that flow analysis reads.
 *
 * It holds the innermost IP packet that was reached: VLAN, QinQ, MPLS, PPPoE,
 * GRE, IP-in-IP and the like are passed through and counted in depth.
 */

/* Values are IANA protocol numbers, with 0 for "not IP". */
enum packet_protocol {
	PACKET_NOT_IP = 0,
	PACKET_ICMP = 1,
	PACKET_TCP = 6,
	PACKET_UDP = 17,
	PACKET_ICMP6 = 58,
	PACKET_SCTP = 132,
	PACKET_ARP =
		254, /* RFC 3692 experimental: never on the wire as TCP/UDP/ICMP */
};

enum {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	TCP_URG = 0x20,
	TCP_ECE = 0x40,
	TCP_CWR = 0x80,
	TCP_AE = 0x100,
};

enum packet_marks {
	PACKET_TRUNCATED = 1 << 0, /* the snaplen cut into what was wanted */
	PACKET_LATER_FRAGMENT = 1 << 1, /* no transport header in it */
	PACKET_FIRST_FRAGMENT = 1 << 2, /* more fragments follow */
	PACKET_BAD_CHECKSUM =
		1 << 3, /* checked and wrong; only whole SYNs are checked */
	PACKET_PORTS = 1 << 4, /* source and destination port are known */
	PACKET_SEQ =
		1 << 5, /* seq is known (tcpdump leaves it out of a bare ACK) */
	PACKET_SEQ_RELATIVE =
		1 << 6, /* ... but relative to an unknown base: text only */
	PACKET_TTL = 1 << 7, /* ttl is known (text without -v does not tell) */
	PACKET_DF = 1 << 8,  /* don't fragment */
	PACKET_OUTGOING =
		1 << 9, /* captured as leaving this host (SLL, -i any) */
	PACKET_INCOMING = 1 << 10, /* captured as coming in for this host */
	PACKET_OTHERHOST = 1
			   << 11, /* link-layer destination is somebody else */
	PACKET_QUOTED_TCP_SEQ = 1 << 12, /* quote.seq is known */
	PACKET_LENGTH = 1 << 13,         /* payload_len is known */
	PACKET_OPTIONS = 1 << 14, /* the TCP options were read to their end */
	PACKET_FLOW_LABEL =
		1 << 15, /* flow_label is known: IPv6 from a capture */
	PACKET_MULTICAST =
		1 << 16, /* link-layer or IP group or broadcast destination */
	PACKET_GOOD_CHECKSUM =
		1 << 17, /* checked and right; only SYNs are checked */
};

/* TCP options that matter to a diagnosis (RFC 9293, 7323, 2018, 2883). */
struct packet_tcp {
	uint32_t seq;
	uint32_t ack;
	uint16_t flags;       /* TCP_… */
	uint16_t window;      /* not scaled */
	uint16_t mss;         /* 0: no such option */
	uint8_t window_scale; /* 0xff: no such option */
	bool sack_permitted;
	bool has_timestamp;
	bool has_md5; /* RFC 2385, or TCP-AO, RFC 5925 */
	bool has_fast_open;
	uint8_t sack_count; /* blocks in sack, up to 4 */
	uint32_t ts_value;
	uint32_t ts_echo;

	struct {
		uint32_t left, right;
	} sack[4];
};

/* The packet that an ICMP error quotes. Its addresses and ports are in the
 * direction in which it was sent. */
struct packet_quote {
	uint8_t protocol; /* PACKET_NOT_IP: nothing readable was quoted */
	bool has_ports;
	struct address src, dst;
	uint16_t sport, dport;
	uint32_t seq;      /* with PACKET_QUOTED_TCP_SEQ */
	uint16_t udp_head; /* first two bytes of the UDP payload, or 0 */
};

struct packet_icmp {
	uint8_t type;
	uint8_t code;
	uint16_t id;       /* of an echo */
	uint16_t sequence; /* of an echo */
	uint32_t mtu;      /* fragmentation needed, packet too big; else 0 */
	struct packet_quote quote; /* of an error */
	struct address target;     /* ND: the address asked for or answered */
};

/* RFC 826; addresses of IPv4 only. src and dst hold sender and target. */
struct packet_arp {
	uint16_t op; /* 1 request, 2 reply */
	uint8_t sender_mac[6];
};

struct packet {
	int64_t time_ns;
	uint32_t frame; /* number in its file, from 1 */
	uint32_t marks; /* PACKET_… */
	struct address src, dst;
	uint16_t sport, dport; /* ICMP echo: id in both */
	uint8_t version;       /* 4, 6, or 0 */
	uint8_t protocol; /* enum packet_protocol or any other IP protocol */
	uint8_t ttl;      /* or hop limit */
	uint8_t depth;    /* encapsulations passed through */
	uint32_t flow_label;
	uint32_t ip_id;
	uint32_t payload_len;    /* bytes above TCP or UDP, on the wire */
	uint32_t payload_caplen; /* of them, bytes at payload */
	const uint8_t
		*payload; /* not the packet's: the frame's; NULL from text */
	uint8_t src_mac[6], dst_mac[6];
	bool has_mac;

	union {
		struct packet_tcp tcp;
		struct packet_icmp icmp; /* ICMP and ICMPv6 */
		struct packet_arp arp;
	};

	/* From text, where the payload itself is not shown: the DNS, HTTP … words
	 * that tcpdump printed after the length. Not terminated. */
	const char *words;
	uint32_t words_len;
};

/* Times that no clock shows, a thousand years off, are brought to the nearest
 * that can be added and subtracted without overflow. */
static inline int64_t packet_time(int64_t time_ns)
{
	const int64_t most = INT64_C(1) << 61;

	if (time_ns > most)
		return most;

	return time_ns < -most ? -most : time_ns;
}

/* Nothing is known of it. Quicker than a copy of zeros. */
void packet_clear(struct packet *p);

/*
 * Decodes a frame. Always fills *ret as far as the bytes go: what could not be
 * reached stays zero and unmarked. Never reads beyond f->caplen.
 */
void packet_decode(struct packet *ret, const struct frame *f);
