#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probe/hops.h"

#define ROUTER(n)                                                              \
	{                                                                      \
		{                                                              \
			[10] = 0xff, [11] = 0xff, [12] = 10, [15] = (n)        \
		}                                                              \
	}
#define TARGET(ttl, answer, n)                                                 \
	{                                                                      \
		ttl, false, HOP_##answer, ROUTER(n)                            \
	}
#define CONTROL(ttl, answer, n)                                                \
	{                                                                      \
		ttl, true, HOP_##answer, ROUTER(n)                             \
	}
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static bool is_router(const struct address *a, uint8_t n)
{
	const struct address router = ROUTER(n);

	return address_equal(a, &router);
}

static void the_usual_ttls_tell_how_many_routers_there_are(void **state)
{
	(void)state;
	assert_int_equal(hops_estimate(64), 0);
	assert_int_equal(hops_estimate(63), 1);
	assert_int_equal(hops_estimate(52), 12);
	assert_int_equal(hops_estimate(128), 0);
	assert_int_equal(hops_estimate(117), 11);
	assert_int_equal(hops_estimate(255), 0);
	assert_int_equal(hops_estimate(249), 6);
	assert_int_equal(hops_estimate(0), -1);
}

static void the_last_hop_is_the_one_before_the_host(void **state)
{
	const struct hop hops[] = { TARGET(2, ROUTER, 2), CONTROL(2, ROUTER, 2),
				    CONTROL(3, HOST, 0) };
	struct hops_found f;

	(void)state;
	hops_judge(&f, hops, COUNT(hops));
	assert_true(f.is_last_hop);
	assert_int_equal(f.last, 2);
	assert_int_equal(f.parts_at, 0);
}

static void without_the_host_behind_it_no_hop_is_the_last(void **state)
{
	const struct hop hops[] = { TARGET(2, ROUTER, 2), CONTROL(2, ROUTER, 2),
				    CONTROL(3, ROUTER, 3) };
	struct hops_found f;

	(void)state;
	hops_judge(&f, hops, COUNT(hops));
	assert_false(f.is_last_hop);
	assert_int_equal(f.last_control, 3);
}

static void ports_part_where_only_the_other_is_answered(void **state)
{
	const struct hop hops[] = {
		TARGET(1, ROUTER, 1), CONTROL(1, ROUTER, 1),
		TARGET(2, SILENT, 0), CONTROL(2, ROUTER, 2),
		TARGET(2, SILENT, 0), CONTROL(2, ROUTER, 2),
	};
	struct hops_found f;

	(void)state;
	hops_judge(&f, hops, COUNT(hops));
	assert_int_equal(f.parts_at, 2);
	assert_int_equal(f.parts_tries, 2);
	assert_true(is_router(&f.last_router, 1));
}

static void a_router_that_is_silent_to_both_parts_nothing(void **state)
{
	const struct hop hops[] = { TARGET(1, SILENT, 0),
				    CONTROL(1, SILENT, 0) };
	struct hops_found f;

	(void)state;
	hops_judge(&f, hops, COUNT(hops));
	assert_int_equal(f.parts_at, 0);
	assert_int_equal(f.last, 0);
}

static void
a_router_that_answers_the_other_port_only_once_parts_nothing(void **state)
{
	const struct hop hops[] = {
		TARGET(1, SILENT, 0),
		CONTROL(1, ROUTER, 1),
		TARGET(1, SILENT, 0),
		CONTROL(1, SILENT, 0),
	};
	struct hops_found f;

	(void)state;
	hops_judge(&f, hops, COUNT(hops));
	assert_int_equal(f.parts_at, 0);
}

static void a_silent_hop_before_one_that_answers_parts_nothing(void **state)
{
	const struct hop hops[] = {
		TARGET(1, SILENT, 0),
		CONTROL(1, ROUTER, 1),
		TARGET(2, ROUTER, 2),
		CONTROL(2, ROUTER, 2),
	};
	struct hops_found f;

	(void)state;
	hops_judge(&f, hops, COUNT(hops));
	assert_int_equal(f.parts_at, 0);
}

static void two_routers_in_turn_are_a_loop(void **state)
{
	const struct hop hops[] = { TARGET(1, ROUTER, 1), TARGET(2, ROUTER, 2),
				    TARGET(3, ROUTER, 3),
				    TARGET(4, ROUTER, 2) };
	struct hops_found f;

	(void)state;
	hops_judge(&f, hops, COUNT(hops));
	assert_true(f.is_loop);
	assert_true(is_router(&f.loop[0], 2));
}

static void the_same_router_twice_in_a_row_is_no_loop(void **state)
{
	const struct hop hops[] = { TARGET(1, ROUTER, 1), TARGET(2, ROUTER, 1),
				    TARGET(3, ROUTER, 1) };
	struct hops_found f;

	(void)state;
	hops_judge(&f, hops, COUNT(hops));
	assert_false(f.is_loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_usual_ttls_tell_how_many_routers_there_are),
		cmocka_unit_test(the_last_hop_is_the_one_before_the_host),
		cmocka_unit_test(without_the_host_behind_it_no_hop_is_the_last),
		cmocka_unit_test(ports_part_where_only_the_other_is_answered),
		cmocka_unit_test(a_router_that_is_silent_to_both_parts_nothing),
		cmocka_unit_test(
			a_router_that_answers_the_other_port_only_once_parts_nothing),
		cmocka_unit_test(
			a_silent_hop_before_one_that_answers_parts_nothing),
		cmocka_unit_test(two_routers_in_turn_are_a_loop),
		cmocka_unit_test(the_same_router_twice_in_a_row_is_no_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
