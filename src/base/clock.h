#pragma once

#include <stdint.h>

#include "base/text.h"

/* Points in time are nanoseconds since the epoch, spans are nanoseconds. */
enum { CLOCK_MICROSECOND = 1000, CLOCK_MILLISECOND = 1000000 };

#define CLOCK_SECOND INT64_C(1000000000)

/* ISO 8601 with microseconds in local time and the zone's offset, as the JSON
 * wants it: 2026-11-21T20:22:38.618348+09:00. */
void clock_iso(struct text *out, int64_t time_ns);

/* A span for people, by its size: "0.4 ms", "3.8 s", "2 min 11 s". */
void clock_span(struct text *out, int64_t span_ns);

/* Since some fixed point, for measuring; never goes back. */
int64_t clock_now(void);

/* The wall clock. */
int64_t clock_wall(void);
