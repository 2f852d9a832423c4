#include "base/clock.h"

#include <stdlib.h>
#include <time.h>

/* Rounded down, also before the epoch. */
static int64_t whole_seconds(int64_t time_ns)
{
	int64_t s = time_ns / CLOCK_SECOND;

	return time_ns % CLOCK_SECOND < 0 ? s - 1 : s;
}

void clock_iso(struct text *out, int64_t time_ns)
{
	int64_t seconds = whole_seconds(time_ns);
	time_t when = (time_t)seconds;
	char date[64] = "";
	struct tm tm;
	long zone;

	if (!localtime_r(&when, &tm) ||
	    !strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm)) {
		text_str(out, "1970-01-01T00:00:00.000000+00:00");
		return;
	}

	text_str(out, date);
	text_char(out, '.');
	text_u64_padded(out,
			(uint64_t)(time_ns - seconds * CLOCK_SECOND) / 1000, 6);
	zone = tm.tm_gmtoff / 60;
	text_char(out, zone < 0 ? '-' : '+');
	zone = labs(zone);
	text_u64_padded(out, (uint64_t)(zone / 60), 2);
	text_char(out, ':');
	text_u64_padded(out, (uint64_t)(zone % 60), 2);
}

void clock_span(struct text *out, int64_t span_ns)
{
	const double ms = (double)span_ns / 1e6;

	if (span_ns < CLOCK_MILLISECOND)
		text_format(out, "%.3f ms", ms);
	else if (span_ns < CLOCK_SECOND)
		text_format(out, "%.1f ms", ms);
	else if (span_ns < 60 * CLOCK_SECOND)
		text_format(out, "%.1f s", ms / 1e3);
	else
		text_format(out, "%lld min %lld s",
			    (long long)(span_ns / CLOCK_SECOND / 60),
			    (long long)(span_ns / CLOCK_SECOND % 60));
}

int64_t clock_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * CLOCK_SECOND + t.tv_nsec;
}

int64_t clock_wall(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * CLOCK_SECOND + t.tv_nsec;
}
