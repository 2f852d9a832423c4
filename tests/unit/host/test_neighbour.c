#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/neighbour.h>

#include "base/text.h"
#include "host/neighbour.h"

/* As Linux 6.x has it on two processors, shortened. */
static const char table[] = "entries  allocs   destroys table_fulls\n"
			    "000003ff 00000002 00000001 00000010\n"
			    "000003ff 00000005 00000004 00000002\n";

static void the_table_is_counted_once_and_its_overflows_everywhere(void **state)
{
	struct neighbour_table t;

	(void)state;
	neighbour_table_parse(&t, table);
	assert_int_equal(t.entries, 1023);
	assert_int_equal(t.full, 18);
}

static void a_table_that_is_cut_off_is_read_as_far_as_it_goes(void **state)
{
	struct neighbour_table t;

	(void)state;
	neighbour_table_parse(&t, "");
	assert_int_equal(t.entries, 0);
	neighbour_table_parse(&t, "entries  allocs\n");
	assert_int_equal(t.entries, 0);
	neighbour_table_parse(&t, "entries  allocs\nzz");
	assert_int_equal(t.full, 0);
	neighbour_table_parse(&t, "entries  allocs\n0000000a");
	assert_int_equal(t.entries, 10);
}

static void one_that_waits_is_no_failure_yet(void **state)
{
	const struct neighbour asked = { .is_known = true,
					 .state = NUD_INCOMPLETE };
	const struct neighbour failed = { .is_known = true,
					  .state = NUD_FAILED };

	(void)state;
	assert_true(neighbour_is_asked(&asked));
	assert_false(neighbour_has_failed(&asked));
	assert_true(neighbour_has_failed(&failed));
	assert_false(neighbour_is_asked(&failed));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_table_is_counted_once_and_its_overflows_everywhere),
		cmocka_unit_test(
			a_table_that_is_cut_off_is_read_as_far_as_it_goes),
		cmocka_unit_test(one_that_waits_is_no_failure_yet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
