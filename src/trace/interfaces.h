#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"

struct input;

/*
 * The interfaces of a pcapng section, out of its Interface Description Blocks:
 * what the packets captured on them are made of, and how their times count.
 */
enum interfaces_clock {
	INTERFACES_MULTIPLY, /* units of 10^-9 s and longer */
	INTERFACES_DIVIDE,   /* shorter powers of ten */
	INTERFACES_SHIFT,    /* powers of two */
};

struct interfaces_one {
	uint64_t factor; /* of MULTIPLY and DIVIDE */
	int64_t offset_ns;
	enum interfaces_clock clock;
	uint32_t snaplen;
	uint32_t usual;    /* captured lengths up to this need no second look */
	uint16_t link;     /* LINKTYPE_ */
	uint8_t shift;     /* of SHIFT */
	bool told_snaplen; /* that packets are longer than it */
};

struct interfaces {
	struct interfaces_one *list;
	uint32_t count;
	uint32_t room;
};

/* More than that is a bomb: later ones are counted only. */
enum { INTERFACES_MOST = 65536 };

void interfaces_done(struct interfaces *i);

/* Forgets them, for a new section. */
void interfaces_clear(struct interfaces *i);

/* Adds the interface that a block's body describes; what is wrong with it is a
 * problem of the block at the next unread byte. 0 or -ENOMEM. */
__attribute__((warn_unused_result)) int interfaces_add(struct interfaces *i,
						       struct input *in,
						       struct cursor body,
						       bool is_big);

/* Since the epoch; a time beyond what fits is the last one that does. */
int64_t interfaces_time(const struct interfaces_one *one, uint64_t units);
