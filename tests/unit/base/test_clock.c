#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

static struct text out;

static const char *iso_in(const char *zone, int64_t time_ns)
{
	assert_int_equal(setenv("TZ", zone, 1), 0);
	tzset();
	text_clear(&out);
	clock_iso(&out, time_ns);
	return text_string(&out);
}

static int without_text(void **state)
{
	(void)state;
	text_done(&out);
	return 0;
}

/* POSIX writes zones the other way round: JST-9 is nine hours ahead. */
static void times_are_local_and_have_their_zone(void **state)
{
	const int64_t t = INT64_C(1795260158618348999);

	(void)state;
	assert_string_equal(iso_in("JST-9", t),
			    "2026-11-21T20:22:38.618348+09:00");
	assert_string_equal(iso_in("UTC0", t),
			    "2026-11-21T11:22:38.618348+00:00");
	assert_string_equal(iso_in("IST-5:30", t),
			    "2026-11-21T16:52:38.618348+05:30");
	assert_string_equal(iso_in("NST3:30", t),
			    "2026-11-21T07:52:38.618348-03:30");
	assert_string_equal(iso_in("XXX0:30", t),
			    "2026-11-21T10:52:38.618348-00:30");
}

static void summer_time_counts(void **state)
{
	const char *zone = "CET-1CEST,M3.5.0,M10.5.0/3";

	(void)state;
	assert_string_equal(iso_in(zone, 1782907200 * CLOCK_SECOND),
			    "2026-07-01T14:00:00.000000+02:00");
	assert_string_equal(iso_in(zone, 1768478400 * CLOCK_SECOND),
			    "2026-01-15T13:00:00.000000+01:00");
}

static void times_before_the_epoch_are_rounded_down(void **state)
{
	(void)state;
	assert_string_equal(iso_in("UTC0", 0),
			    "1970-01-01T00:00:00.000000+00:00");
	assert_string_equal(iso_in("UTC0", -1),
			    "1969-12-31T23:59:59.999999+00:00");
	assert_string_equal(iso_in("UTC0", -CLOCK_SECOND),
			    "1969-12-31T23:59:59.000000+00:00");
	assert_string_equal(iso_in("UTC0", -CLOCK_SECOND - 1000),
			    "1969-12-31T23:59:58.999999+00:00");
}

static void the_last_time_is_written(void **state)
{
	(void)state;
	assert_string_equal(iso_in("UTC0", INT64_MAX),
			    "2262-04-11T23:47:16.854775+00:00");
}

static const char *span(int64_t ns)
{
	text_clear(&out);
	clock_span(&out, ns);
	return text_string(&out);
}

static void a_span_has_the_unit_of_its_size(void **state)
{
	(void)state;
	assert_string_equal(span(0), "0.000 ms");
	assert_string_equal(span(123456), "0.123 ms");
	assert_string_equal(span(CLOCK_MILLISECOND), "1.0 ms");
	assert_string_equal(span(INT64_C(250) * CLOCK_MILLISECOND), "250.0 ms");
	assert_string_equal(span(CLOCK_SECOND), "1.0 s");
	assert_string_equal(span(3750 * INT64_C(1000000)), "3.8 s");
	assert_string_equal(span(60 * CLOCK_SECOND), "1 min 0 s");
	assert_string_equal(span(131 * CLOCK_SECOND), "2 min 11 s");
}

static void the_clock_never_goes_back(void **state)
{
	struct timespec t;
	int64_t last;

	(void)state;
	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &t), 0);
	last = (int64_t)t.tv_sec * CLOCK_SECOND + t.tv_nsec;
	assert_true(clock_now() - last < 60 * CLOCK_SECOND);
	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_now();

		assert_true(now >= last);
		last = now;
	}
}

static void the_clock_counts_nanoseconds(void **state)
{
	const struct timespec nap = { .tv_nsec = 2000000 };
	int64_t before = clock_now();
	int64_t passed;

	(void)state;
	assert_int_equal(nanosleep(&nap, NULL), 0);
	passed = clock_now() - before;
	assert_true(passed >= INT64_C(2) * CLOCK_MILLISECOND);
	assert_true(passed < 60 * CLOCK_SECOND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_local_and_have_their_zone),
		cmocka_unit_test(summer_time_counts),
		cmocka_unit_test(times_before_the_epoch_are_rounded_down),
		cmocka_unit_test(the_last_time_is_written),
		cmocka_unit_test(a_span_has_the_unit_of_its_size),
		cmocka_unit_test(the_clock_never_goes_back),
		cmocka_unit_test(the_clock_counts_nanoseconds),
	};

	return cmocka_run_group_tests(tests, NULL, without_text);
}
