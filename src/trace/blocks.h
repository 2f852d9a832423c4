#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "trace/interfaces.h"

struct frame;
struct input;

/*
 * pcapng (draft-ietf-opsawg-pcapng): sections, each with its byte order and its
 * interfaces. Enhanced, simple and the old packet blocks are frames; every
 * other block is passed over. What libpcap 1.10.3 cannot do (interfaces that
 * differ, sections of different byte order) is read; what it refuses is a
 * problem, in its words.
 */
struct blocks {
	bool is_big;         /* this section: most significant byte first */
	bool is_lost;        /* a block must be searched for first */
	bool has_interface;  /* one was seen, in any section */
	bool told_interface; /* that there is none */
	uint16_t first_link; /* of the first interface */
	uint32_t first_snaplen;
	struct interfaces interfaces; /* of this section */
};

bool blocks_begins(struct cursor c);

/* Reads as far as the first interface, or packet. 0 or -errno. */
__attribute__((warn_unused_result)) int blocks_start(struct blocks *b,
						     struct input *in);
void blocks_done(struct blocks *b);

/* As capture_next(). */
__attribute__((warn_unused_result)) int
blocks_next(struct blocks *b, struct input *in, struct frame *ret, int max);
