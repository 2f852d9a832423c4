#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/text.h"

struct frame;

/* As tcpdump has it: a file may hold more than a million microseconds. */
struct line_stamp {
	int64_t second;
	int64_t us;
};

/*
 * The time at the beginning of a line, in tcpdump's six forms (-t ... -ttttt),
 * in microseconds, local where it is a time of day. A zero-filled one is ready
 * for use.
 *
 * The C library is asked twice a quarter of an hour of the capture, not once a
 * packet: no zone changes its offset twice within one.
 */
struct line_time {
	bool is_signed; /* seconds from 2^31 on are before 1970 */
	int64_t block;  /* the first second of the quarter at hand */
	bool has_block;
	bool is_plain;   /* the quarter has one offset and 900 seconds */
	struct tm start; /* local time at block */
	int64_t second;  /* what is in words */
	bool has_second;
	bool has_date; /* words begin with the date */
	char words[32];
	uint8_t words_len;
	struct line_stamp reference; /* of forms 3 and 5; 0.0: not known yet */
};

/* Appends the time of a frame and the blank after it. form: number of -t. */
void line_time_print(struct line_time *t, int form, const struct frame *f,
		     struct text *out);
