#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "trace/pasted_scan.h"

/*
 * The times of tcpdump's text, in all its -t forms, as one line of time that
 * does not care about zones: with a date (-tttt) or seconds (-tt) nanoseconds
 * since the epoch as if the zone were UTC, else since the midnight before the
 * first packet, or since the first packet.
 */
enum pasted_stamp_form {
	PASTED_STAMP_NONE, /* -t, or one that tcpdump could not print */
	PASTED_STAMP_DAY, /* time of day, or a span in its form (-ttt, -ttttt) */
	PASTED_STAMP_EPOCH, /* -tt, -tttt */
	PASTED_STAMP_DELTA, /* a span by its form: tcpdump 3's -ttt */
};

struct pasted_stamp {
	enum pasted_stamp_form form;
	int digits;     /* of the fraction */
	bool negative;  /* -ttt: the packet is older than the one before */
	bool set_apart; /* a blank stood before it, as -ttt and -ttttt have */
	int64_t ns;
};

/* Reads one and the blank behind it. False when there is none: *c stands where
 * it stood. */
bool pasted_clock_read(struct cursor *c, struct pasted_stamp *ret);

/* How the spans of -ttt and -ttttt are told from times of day and from each
 * other: the first is zero (or both set apart and tiny), and those since the
 * first packet never go back. */
enum pasted_clock_kind {
	PASTED_CLOCK_FRESH,
	PASTED_CLOCK_DAY,
	PASTED_CLOCK_SINCE_FIRST,
	PASTED_CLOCK_SINCE_LAST,
};

struct pasted_clock {
	enum pasted_clock_kind kind;
	int64_t last_ns;  /* as read */
	int64_t day_ns;   /* days that have passed */
	int64_t sum_ns;   /* of all spans */
	int64_t given_ns; /* the last answer */
};

/* The time of the next packet. */
int64_t pasted_clock_time(struct pasted_clock *k,
			  const struct pasted_stamp *stamp);
