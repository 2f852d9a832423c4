#pragma once

#include "predict.h"

/*
 * What the kernel's connection tracking makes of one flow, packet by packet:
 * the entry, and what it will say of the next packet
 * (net/netfilter/nf_conntrack_core.c resolve_normal_ct(), nf_conntrack_in();
 * nf_conntrack_proto_tcp.c with nf_conntrack_tcp_loose and _be_liberal set,
 * _udp.c, _icmp.c, _icmpv6.c, _generic.c).
 */

/* A TCP segment's numbers, beside what its packet's fields tell. */
struct segment {
	uint32_t seq, ack, len; /* SYN and FIN are one each */
};

/* What passed last, of one direction. */
struct follow_end {
	uint32_t end, max_ack;
	bool has_end, has_ack, has_closed; /* it began to close */
};

struct follow {
	bool is_there; /* confirmed */
	/* The original direction's ends and protocol: FIELD_CT_*. */
	struct point origin;
	struct point answer; /* the other direction's */
	bool has_snat, has_dnat;
	bool has_reply, is_assured;
	u128 mark;
	/* TCP */
	unsigned state, last_index;
	bool last_reply; /* direction */
	uint32_t last_end;
	bool is_simultaneous, may_be_challenge;
	struct follow_end ends[2];
};

/* What it says of the packet: its ct- fields are filled in. What the entry
 * will be when tracking has looked goes to ret. An ICMP error is about the
 * quoted packet. */
void follow_look(const struct follow *f, struct shot *s,
		 const struct segment *segment, struct follow *ret);

/* The packet's walk came to its end. False: from here on nobody can say. */
bool follow_settle(struct follow *f, const struct follow *next,
		   const struct shot *s, const struct expected *e);

/* The packet's own, as of its original direction, into the ct- fields. */
void follow_tuple(const struct point *p, struct point *ret);

/* Connection tracking's word on a packet of no entry. */
enum ct_state follow_first(const struct point *p);
