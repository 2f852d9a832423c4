#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "host/counters.h"

static struct counters_taken parsed(const char *text)
{
	struct counters_taken c = { .value = { 0 } };

	counters_parse(&c, text, strlen(text));
	return c;
}

static void a_value_stands_below_its_name(void **state)
{
	struct counters_taken c =
		parsed("TcpExt: SyncookiesSent TCPRetransFail\n"
		       "TcpExt: 7 12\n");

	(void)state;
	assert_int_equal(c.value[COUNTER_RETRANS_FAIL], 12);
}

static void names_are_of_their_group(void **state)
{
	struct counters_taken c = parsed("Udp: InCsumErrors\nUdp: 9\n"
					 "Tcp: InCsumErrors\nTcp: 4\n");

	(void)state;
	assert_int_equal(c.value[COUNTER_IN_CHECKSUM], 4);
}

static void a_line_may_hold_one_counter(void **state)
{
	struct counters_taken c =
		parsed("Ip6InReceives \t 5\n"
		       "Ip6OutNoRoutes                  \t 3\n");

	(void)state;
	assert_int_equal(c.value[COUNTER_OUT_NO_ROUTES6], 3);
}

static void values_of_another_group_are_not_taken(void **state)
{
	struct counters_taken c = parsed("Ip: OutNoRoutes\nTcp: 3\n");

	(void)state;
	assert_int_equal(c.value[COUNTER_OUT_NO_ROUTES], 0);
}

static void what_is_cut_short_is_no_counter(void **state)
{
	struct counters_taken c = parsed("Ip: InReceives OutNoRoutes\nIp: 1");

	(void)state;
	assert_int_equal(c.value[COUNTER_OUT_NO_ROUTES], 0);
}

static void a_counter_that_went_back_has_not_grown(void **state)
{
	struct counters_taken a = parsed("Ip: OutNoRoutes\nIp: 9\n");
	struct counters_taken b = parsed("Ip: OutNoRoutes\nIp: 2\n");

	(void)state;
	assert_int_equal(counters_grown(&a, &b, COUNTER_OUT_NO_ROUTES), 0);
	assert_int_equal(counters_grown(&b, &a, COUNTER_OUT_NO_ROUTES), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_stands_below_its_name),
		cmocka_unit_test(names_are_of_their_group),
		cmocka_unit_test(a_line_may_hold_one_counter),
		cmocka_unit_test(values_of_another_group_are_not_taken),
		cmocka_unit_test(what_is_cut_short_is_no_counter),
		cmocka_unit_test(a_counter_that_went_back_has_not_grown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
