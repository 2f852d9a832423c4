#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * The sequence numbers that tcpdump counts from: per pair of addresses and
 * ports, those of the first segment with ACK that was seen, or of a later one
 * with SYN. The table grows, so a capture with a million flows costs per line
 * what one with ten does.
 */
struct line_seq;

struct line_segment {
	const uint8_t *src, *dst; /* 4 or 16 bytes, as is_v6 says */
	bool is_v6;
	bool is_syn;
	uint16_t sport, dport;
	uint32_t seq, ack;
};

struct line_bases {
	uint32_t own;   /* what the sender counts from */
	uint32_t other; /* what its peer counts from */
	bool is_known; /* seen before: the segment itself is printed relative */
};

/* NULL when memory ran out. */
struct line_seq *line_seq_new(void);
void line_seq_free(struct line_seq *s);

/* The bases of a segment with ACK, which are those that it sets itself when it
 * is the first one or has SYN. When memory runs out flows are not remembered. */
void line_seq_bases(struct line_seq *s, const struct line_segment *seg,
		    struct line_bases *ret);
