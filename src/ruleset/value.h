#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct text;

/*
 * Values of each kind: parsed from what iptables or nft writes, and printed.
 *
 * A value is a range of numbers; with a mask, (field & mask) is in the range.
 * Names that only one machine knows (users, realms) are asked of this one.
 */

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

enum value_dialect {
	VALUE_IPTABLES, /* a:b, SYN,ACK, eth+, LOCAL, 10.0.0.1-10.0.0.9 */
	VALUE_NFT       /* a-b, syn, eth*, local; 0x12/0xff is no mask */
};

/* How a value is written. */
struct value_form {
	enum value_type type;
	enum value_dialect dialect;
	unsigned bits; /* numbers that need more are TOO_BIG; 0: 128 */
	bool is_v6;
	uint8_t protocol; /* whose service names are meant; 0: TCP */
	const struct choice *choices; /* asked first, for every type */
	bool is_plain; /* printed without names and without /32 */
};

/* What value_parse() finds wrong. */
enum value_error {
	VALUE_MALFORMED = 1, /* not a value of that type */
	VALUE_TOO_BIG,
	VALUE_NO_SUCH_NAME, /* a host, user or group that nobody here knows */
	VALUE_BACKWARDS     /* a range whose end is before its start */
};

/* One value or range: 22, ssh, 1024:65535, 10.0.0.0/8, 0x1/0xff. An address
 * with a mask that is not a prefix, and nothing else of addresses, comes with
 * a mask. Of ICMP the range is over type << 8 | code. Several values between
 * commas are the caller's, but those that are one set of bits (TCP flags:
 * "mask set" for iptables; choices). 0 or an enum value_error. */
int value_parse(const struct value_form *f, const char *s, size_t len,
		struct range *ret, u128 *ret_mask);

/* The same written back, canonical: as iptables-save, or nft -nn, prints it.
 * mask: all ones where there is none. */
void value_print(struct text *out, const struct value_form *f,
		 const struct range *value, u128 mask);

/* The name of a number, as nft writes it (in lower case); NULL: it has none. */
const char *value_word(enum value_type type, u128 value);
