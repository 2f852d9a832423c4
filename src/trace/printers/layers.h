#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "trace/line_seq.h"
#include "trace/printers/printer.h"

/*
 * What the printers of the layers from the link to the transport tell each
 * other; printer.h has what those of single protocols need. The rules are the
 * same: false means that the captured bytes ended.
 */

enum {
	/* tcpdump has no such limit, but a real packet is far from it. */
	LAYERS_MOST = 400,
};

/* tcpdump goes on with a protocol that is not printed here. */
static inline bool layers_beyond(struct line *l, const char *name)
{
	l->beyond = name;
	return true;
}

/* The captured bytes ended in protocol. */
static inline bool layers_cut(struct line *l, const char *protocol)
{
	l->protocol = protocol;
	return false;
}

/* The first len bytes of c, or less if there are less. */
static inline struct cursor layers_within(struct cursor c, size_t len)
{
	if (len < cursor_left(&c))
		c.end = c.pos + len;
	return c;
}

/* Fields of a header that cursor_bytes() gave. */
static inline uint16_t layers_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t layers_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

/* What TCP and UDP print of the IP header around them. */
struct layers_ip {
	const uint8_t *src, *dst; /* 4 or 16 bytes */
	bool is_v6;
	uint8_t protocol; /* of the IP header itself */
};

/* A pair of Ethernet addresses, for lines that begin with them; or NULL. */
struct layers_macs {
	const uint8_t *src, *dst;
};

void layers_address(struct line *l, const struct layers_ip *ip,
		    const uint8_t *address);

/* "source > destination" and what follows it. */
void layers_addresses(struct line *l, const struct layers_ip *ip,
		      const char *after);

/* Link types. c is the frame, length what there was on the wire. */
bool ether_print(struct line *l, struct cursor c, uint32_t length);
bool sll_print(struct line *l, struct cursor c, uint32_t length);
bool sll2_print(struct line *l, struct cursor c, uint32_t length);
bool null_print(struct line *l, struct cursor c, uint32_t length);
bool nflog_print(struct line *l, struct cursor c, uint32_t length);
bool raw_print(struct line *l, struct cursor c, uint32_t length);
bool ppp_print_frame(struct line *l, struct cursor c, uint32_t length);
bool ppp_print(struct line *l, struct cursor c, uint32_t length);
bool pppoe_print(struct line *l, struct cursor c, uint32_t length);
bool mpls_print(struct line *l, struct cursor c, uint32_t length);
bool loopback_print(struct line *l, struct cursor c, uint32_t length);
bool llc_print(struct line *l, struct cursor c, uint32_t length,
	       const struct layers_macs *macs);

/* NULL: tcpdump does not know how to print it. */
struct ethertype;
const struct ethertype *ethertype_find(uint16_t type);
bool ethertype_print(struct line *l, const struct ethertype *e, struct cursor c,
		     uint32_t length);

/* The name of a type that may be unknown to ethertype_find(); or NULL. */
const char *ethertype_name(uint16_t type);

/* "ethertype NAME (0xTYPE)" */
void ethertype_describe(struct line *l, uint16_t type);

/* Protocols above IP. What comes after the IP header, of which next_header is
 * told; fragmented: the first of several fragments. */
bool ip_payload_print(struct line *l, struct cursor c, uint32_t length,
		      const struct layers_ip *ip, uint8_t next_header,
		      bool fragmented);
const char *ip_payload_name(uint8_t protocol);

bool tcp_print(struct line *l, struct cursor c, uint32_t length,
	       const struct layers_ip *ip);
bool udp_print(struct line *l, struct cursor c, uint32_t length,
	       const struct layers_ip *ip, bool fragmented);
bool gre_print(struct line *l, struct cursor c, uint32_t length);
bool igmp_print(struct line *l, struct cursor c, uint32_t length);
bool vxlan_print(struct line *l, struct cursor c, uint32_t length);

/* The options of a TCP header. */
struct tcp_options {
	struct cursor segment; /* from its header on, perhaps cut in it */
	uint32_t head_len;     /* what the header says, with its fixed part */
	uint32_t length;       /* of the payload, as the IP header has it */
	uint32_t sack_base;
	uint8_t flags;
};

enum tcp_options_answer {
	TCP_OPTIONS_DONE,
	TCP_OPTIONS_STOP, /* the line ends here */
	TCP_OPTIONS_CUT,  /* the captured bytes ended */
};

enum tcp_options_answer tcp_options_print(struct line *l,
					  const struct tcp_options *all);

/* IPv6 extension headers. */
enum ip6_ext_answer {
	IP6_EXT_NONE, /* it is not one */
	IP6_EXT_NEXT, /* it was, and the next header may be another */
	IP6_EXT_STOP, /* it was, and nothing more is to be printed */
	IP6_EXT_CUT,  /* the captured bytes ended in it */
};

/* Where the walk along them is. */
struct ip6_ext {
	struct cursor c;
	uint8_t next;         /* the header that c begins with */
	uint32_t passed;      /* from the IPv6 header to c */
	uint16_t header_len;  /* payload length of the IPv6 header */
	uint32_t payload_len; /* the same, or that of a jumbo option */
	bool has_jumbo;       /* a valid jumbo option was found */
	bool has_hop_by_hop;
	bool fragmented;
};

/* Prints the header that c begins with and moves behind it. */
enum ip6_ext_answer ip6_ext_print(struct line *l, struct ip6_ext *ext);

/* Text that is the payload of TCP or UDP. */
bool text_proto_http(struct line *l, struct cursor c, uint32_t length);
bool text_proto_rtsp(struct line *l, struct cursor c, uint32_t length);
bool text_proto_sip(struct line *l, struct cursor c, uint32_t length);
bool text_proto_smtp(struct line *l, struct cursor c, uint32_t length);
bool text_proto_ftp(struct line *l, struct cursor c, uint32_t length);
bool text_proto_whois(struct line *l, struct cursor c, uint32_t length);
bool text_proto_ssh(struct line *l, struct cursor c, uint32_t length);
bool text_proto_syslog(struct line *l, struct cursor c, uint32_t length);
bool telnet_print(struct line *l, struct cursor c, uint32_t length);

/* The bytes of what is not understood: "\n\t0x0000:  ..." with and without
 * the characters beside them. */
void dump_ascii(struct line *l, struct cursor c);
void dump_hex(struct line *l, struct cursor c);

/* line.c: the numbers that a segment with ACK is printed relative to. */
void line_bases(struct line *l, const struct line_segment *seg,
		struct line_bases *ret);

/* line.c: the name of an interface of this machine, or "?". */
const char *line_interface(struct line *l, uint32_t index);
