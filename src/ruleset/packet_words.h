#pragma once

#include "ruleset/field.h"

/*
 * Packets in words: "in=eth0 src=10.1.0.7 dst=172.16.1.2 tcp sport=50502
 * dport=5555 syn ttl=64 length=52 state=new". A word is FIELD=VALUE by the ids
 * of fields.def; or alone: tcp, udp, icmp, icmpv6, sctp … (proto=), syn
 * (flags=SYN). Where a set of packets is meant, a value may be a prefix, a
 * range (1-5) or a list of them with commas.
 */
struct arena;
struct problems;
struct ranges;
struct text;

struct packet_words {
	struct point point; /* the fields that have one value */
	/* The fields that were given as a set of more than one value. */
	const struct ranges *set[FIELD_COUNT];
	uint64_t said;    /* FIELD_BIT()s of what the words hold */
	uint64_t assumed; /* of what packet_words_assume() added */
};

/* 0; -ENOMEM; PACKET_WORDS_BAD: the problems say where (column), the rest was
 * read. file: how problems name the words. */
enum { PACKET_WORDS_BAD = 1 };

int packet_words_parse(struct packet_words *ret, struct arena *a,
		       const char *file, const char *words, size_t len,
		       struct problems *problems);

/*
 * Gives every field that was not said its default, so that nothing is open:
 * IPv4 unless something says IPv6; TCP; a SYN from an ephemeral port (50000)
 * to port 80; of ICMP an echo request; state new (established for a TCP packet
 * with neither SYN nor RST …), ttl 64, the length of such a packet, no marks,
 * not a fragment; in=eth0, or out=eth0 alone for what a local process sends;
 * the types of the addresses by what they are; a reverse path that fits.
 * Fields that were given as a set stay sets.
 */
void packet_words_assume(struct packet_words *w);

/* Whether packets of that protocol have the field at all. */
bool packet_words_has(u128 proto, enum field f);

/* The packet as words, in the order of fields.def, of these fields, leaving
 * out what a protocol does not have. */
void packet_words_text(struct text *out, const struct point *p,
		       uint64_t fields);

/* One value, or a set of them ("10.0.0.0/8", "22,80-81"), as words write it. */
void packet_words_value(struct text *out, enum field f, u128 value);
void packet_words_ranges(struct text *out, enum field f,
			 const struct ranges *r);
