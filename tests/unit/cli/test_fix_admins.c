#include "cli/fix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void the_session_is_read(void **state)
{
	struct fix_admin a;

	(void)state;
	assert_int_equal(
		fix_admins_session("10.1.0.7 50022 10.1.0.1 22", NULL, &a), 1);
	assert_int_equal(a.client_port, 50022);
	assert_int_equal(a.server_port, 22);
	assert_true(address_is_v4(&a.client));
}

static void the_older_variable_will_do(void **state)
{
	struct fix_admin a;

	(void)state;
	assert_int_equal(fix_admins_session(NULL, "fd00::7 50022 22", &a), 1);
	assert_int_equal(a.server_port, 22);
}

static void what_is_no_session_is_none(void **state)
{
	static const char *const wrong[] = {
		"",
		"10.1.0.7",
		"10.1.0.7 50022 10.1.0.1",
		"10.1.0.7 0 10.1.0.1 22",
		"10.1.0.7 50022 10.1.0.1 65558",
		"10.1.0.7 50022 10.1.0.1 2x",
		"host 50022 10.1.0.1 22",
		"10.1.0.7 -1 10.1.0.1 22",
	};
	struct fix_admin a;

	(void)state;
	assert_int_equal(fix_admins_session(NULL, NULL, &a), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_int_equal(fix_admins_session(wrong[i], NULL, &a), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_session_is_read),
		cmocka_unit_test(the_older_variable_will_do),
		cmocka_unit_test(what_is_no_session_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
