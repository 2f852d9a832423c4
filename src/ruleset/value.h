#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct text;

/* Numbers wide enough for an IPv6 address or an interface's name. A typedef
 * because C has no other name for it; both compilers of this project know it. */
__extension__ typedef unsigned __int128 u128;

/* How a value is written: by iptables, by nft, and in our own packets. */
enum value_type {
	VALUE_NONE,      /* the option stands alone */
	VALUE_NUMBER,    /* decimal or 0x, a range where a range is meant */
	VALUE_FAMILY,    /* ip, ip6 */
	VALUE_INTERFACE, /* eth0, eth+ (iptables), eth* (nft) */
	VALUE_ADDRESS,   /* 10.0.0.0/8, 10.0.0.0/255.0.0.0, ::1, a-b */
	VALUE_PROTOCOL,  /* tcp, 6, all */
	VALUE_PORT,      /* 22, ssh, 1024:65535 */
	VALUE_TCP_FLAGS, /* SYN,ACK; ALL, NONE */
	VALUE_ICMP,      /* echo-request, 3/1, 8 */
	VALUE_ICMP6,
	VALUE_CT_STATE,
	VALUE_MARK,         /* 0x1/0xff */
	VALUE_MAC,          /* 02:00:00:00:00:01 */
	VALUE_PACKET_TYPE,  /* unicast, broadcast, multicast (host, other) */
	VALUE_ADDRESS_TYPE, /* LOCAL, BROADCAST, … */
	VALUE_USER,
	VALUE_GROUP,
	VALUE_DSCP,    /* 0x2e, EF, cs1 */
	VALUE_TOS,     /* 0x10/0xff, Minimize-Delay */
	VALUE_STRING,  /* anything: kept as written */
	VALUE_CHOICE,  /* one of the option's words */
	VALUE_CHOICES, /* a comma list of them */
	VALUE_TYPE_COUNT
};

/* A word and its number; a list ends with a NULL word. */
struct choice {
	const char *word;
	u128 value;
};

/* [first, last], both included. */
struct range {
	u128 first;
	u128 last;
};

/* Disjoint ranges, ascending, never touching one another. They are built in an
 * arena, shared and never changed. No ranges: the empty set. */
struct ranges {
	size_t count;
	struct range range[];
};
