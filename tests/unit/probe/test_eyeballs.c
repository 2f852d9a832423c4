#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "probe/eyeballs.h"

#define MS ((int64_t)CLOCK_MILLISECOND)
#define OPEN(ms)                                                               \
	{                                                                      \
		.is_connected = true, .answered_after_ns = (ms)*MS             \
	}
#define REFUSED(ms)                                                            \
	{                                                                      \
		.answered_after_ns = (ms)*MS                                   \
	}
#define SILENT                                                                 \
	{                                                                      \
		.answered_after_ns = 0                                         \
	}

static void the_first_that_works_is_used(void **state)
{
	const struct attempt a[] = { OPEN(20), OPEN(1) };
	struct eyeballs e;

	(void)state;
	eyeballs_judge(&e, a, 2);
	assert_int_equal(e.racing, 0);
	assert_int_equal(e.sequential, 0);
	assert_true(e.racing_ns == 20 * MS);
	assert_true(e.sequential_ns == 20 * MS);
}

static void a_silent_address_costs_a_race_a_quarter_of_a_second(void **state)
{
	const struct attempt a[] = { SILENT, OPEN(10) };
	struct eyeballs e;

	(void)state;
	eyeballs_judge(&e, a, 2);
	assert_int_equal(e.racing, 1);
	assert_true(e.racing_ns == 260 * MS);
	assert_int_equal(e.sequential, 1);
	assert_true(e.sequential_ns == 127 * CLOCK_SECOND + 10 * MS);
	assert_true(e.is_endless);
	assert_int_equal(e.failed_before, 1);
}

static void a_refusal_costs_its_round_trip_only(void **state)
{
	const struct attempt a[] = { REFUSED(5), OPEN(10) };
	struct eyeballs e;

	(void)state;
	eyeballs_judge(&e, a, 2);
	assert_int_equal(e.racing, 1);
	assert_true(e.racing_ns == 15 * MS);
	assert_true(e.sequential_ns == 15 * MS);
	assert_false(e.is_endless);
}

static void a_slow_address_is_overtaken_by_a_race_only(void **state)
{
	const struct attempt a[] = { OPEN(2000), OPEN(10) };
	struct eyeballs e;

	(void)state;
	eyeballs_judge(&e, a, 2);
	assert_int_equal(e.racing, 1);
	assert_true(e.racing_ns == 260 * MS);
	assert_int_equal(e.sequential, 0);
	assert_true(e.sequential_ns == 2000 * MS);
}

static void where_none_works_none_is_used(void **state)
{
	const struct attempt a[] = { SILENT, REFUSED(3) };
	struct eyeballs e;

	(void)state;
	eyeballs_judge(&e, a, 2);
	assert_int_equal(e.racing, -1);
	assert_int_equal(e.sequential, -1);
	assert_int_equal(e.failed_before, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_that_works_is_used),
		cmocka_unit_test(
			a_silent_address_costs_a_race_a_quarter_of_a_second),
		cmocka_unit_test(a_refusal_costs_its_round_trip_only),
		cmocka_unit_test(a_slow_address_is_overtaken_by_a_race_only),
		cmocka_unit_test(where_none_works_none_is_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
