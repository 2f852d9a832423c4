#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/ipsec.h"

static void counts_are_told_apart(void **state)
{
	static const char text[] = "XfrmInError             \t1\n"
				   "XfrmInTmplMismatch      \t2\n"
				   "XfrmInNoPols            \t3\n"
				   "XfrmInPolBlock          \t4\n"
				   "XfrmInPolError          \t5\n"
				   "XfrmOutPolBlock         \t6\n"
				   "XfrmOutNoStates         \t7\n";
	struct ipsec_counts c;

	(void)state;
	ipsec_count_parse(&c, text);
	assert_true(c.is_counted);
	assert_int_equal(c.mismatched, 2);
	assert_int_equal(c.blocked[IPSEC_IN], 7);
	assert_int_equal(c.blocked[IPSEC_OUT], 6);
	assert_int_equal(c.others, 12);
}

static void other_text_counts_nothing(void **state)
{
	struct ipsec_counts c;

	(void)state;
	ipsec_count_parse(&c, "XfrmInPolBlocked 4\n\nXfrmInPolBlock");
	assert_int_equal(c.blocked[IPSEC_IN], 0);
	assert_int_equal(c.others, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_told_apart),
		cmocka_unit_test(other_text_counts_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
