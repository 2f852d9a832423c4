#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"

struct frame;
struct input;

/*
 * Classic pcap: a file header, then records. Both byte orders, micro- and
 * nanoseconds, Kuznetzov's "modified" records, the exchanged lengths of
 * versions before 2.4. Source: draft-ietf-opsawg-pcap; where files disagree
 * with it, libpcap 1.10.3 decides, its limits and the words of its errors too.
 */
struct savefile {
	bool is_big;           /* most significant byte first */
	bool is_swapped;       /* lengths stand in the other order ... */
	bool is_maybe_swapped; /* ... if they make no sense in this one */
	bool is_lost;          /* a record must be searched for first */
	uint16_t link;         /* LINKTYPE_ */
	uint32_t head;         /* bytes before a record's data */
	uint32_t unit_ns;      /* of the second half of a time */
	uint32_t parts;        /* of them in a second */
	uint32_t snaplen;
	uint32_t usual; /* captured lengths up to this need no second look */
};

/* A link type no number was ever given to. */
enum { SAVEFILE_NO_LINK = 0xffff };

/* LINKTYPE_ for what stands in a file: some write their system's DLT_. */
uint16_t savefile_link(uint32_t written);

/* As libpcap bends it: never 0, never more than INT_MAX. */
uint32_t savefile_snaplen(uint32_t written);

/* The most bytes that a packet may have, MAXIMUM_SNAPLEN of libpcap. */
enum { SAVEFILE_PACKET_MOST = 262144 };

bool savefile_begins(struct cursor c);

/* Takes the file header off; what is wrong with it is a problem. 0 or -errno. */
__attribute__((warn_unused_result)) int savefile_start(struct savefile *s,
						       struct input *in);

/* As capture_next(). */
__attribute__((warn_unused_result)) int
savefile_next(struct savefile *s, struct input *in, struct frame *ret, int max);
