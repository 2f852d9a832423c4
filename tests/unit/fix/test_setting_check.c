/* Whether the kernel took a value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "fix/setting_check.h"

static int check(const char *program, const char *words, struct text *why)
{
	const char *const argv[] = { program, "-w", words, NULL };

	return setting_check(argv, why);
}

static void a_value_that_is_there_is_taken(void **state)
{
	struct text why = TEXT_NULL;

	(void)state;
	assert_int_equal(check("sysctl", "kernel.ostype=Linux", &why), 0);
	assert_int_equal(check("sysctl", "kernel/ostype= Linux ", &why), 0);
	assert_int_equal(why.len, 0);
}

static void another_value_is_told(void **state)
{
	struct text why = TEXT_NULL;

	(void)state;
	assert_int_equal(check("sysctl", "kernel.ostype=Hurd", &why), -EIO);
	assert_string_equal(text_string(&why),
			    "The kernel did not take kernel.ostype=Hurd: the "
			    "value is still Linux.");
	text_done(&why);
}

static void other_commands_and_other_names_are_not_asked_about(void **state)
{
	struct text why = TEXT_NULL;

	(void)state;
	assert_int_equal(check("ip", "kernel.ostype=Hurd", &why), 0);
	assert_int_equal(check("sysctl", "kernel.ostype", &why), 0);
	assert_int_equal(check("sysctl", "kernel.no_such_name=1", &why), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_that_is_there_is_taken),
		cmocka_unit_test(another_value_is_told),
		cmocka_unit_test(
			other_commands_and_other_names_are_not_asked_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
