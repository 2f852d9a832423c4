#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "net/hosts_file.h"

static size_t find(struct hosts_line *ret, const char *text, const char *host)
{
	return hosts_file_find(ret, text, strlen(text), host);
}

static void all_lines_of_a_name_are_found(void **state)
{
	struct hosts_line found[HOSTS_LINES];

	(void)state;
	assert_int_equal(find(found,
			      "127.0.0.1 localhost\n# 10.0.0.9 vpn\n"
			      "  10.0.0.1\tgate VPN # old\r\n::1 vpn\n",
			      "vpn"),
			 2);
	assert_int_equal(found[0].line, 3);
	assert_string_equal(found[0].text, "10.0.0.1\tgate VPN # old");
	assert_true(address_is_v4(&found[0].address));
	assert_int_equal(found[1].line, 4);
	assert_true(address_is_loopback(&found[1].address));
}

static void parts_of_names_and_addresses_are_not_the_name(void **state)
{
	struct hosts_line found[HOSTS_LINES];

	(void)state;
	assert_int_equal(find(found, "10.0.0.1 vpn.example\n10.0.0.1\n", "vpn"),
			 0);
	assert_int_equal(
		find(found, "vpn vpn\n10.1 vpn\n10.0.0.1 x # vpn\n", "vpn"), 0);
	assert_int_equal(find(found, "10.0.0.1 10.0.0.2", "10.0.0.1"), 0);
}

static void more_lines_than_fit_are_left_out(void **state)
{
	struct hosts_line found[HOSTS_LINES];

	(void)state;
	assert_int_equal(find(found,
			      "1.1.1.1 a\n1.1.1.1 a\n1.1.1.1 a\n1.1.1.1 a\n"
			      "1.1.1.1 a\n1.1.1.1 a\n1.1.1.1 a\n1.1.1.1 a\n"
			      "1.1.1.1 a\n",
			      "a"),
			 HOSTS_LINES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_lines_of_a_name_are_found),
		cmocka_unit_test(parts_of_names_and_addresses_are_not_the_name),
		cmocka_unit_test(more_lines_than_fit_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
