#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "probe/http.h"

static void a_date_is_read_in_any_locale(void **state)
{
	(void)state;
	assert_int_equal(http_date("Sun, 06 Nov 1994 08:49:37 GMT", 29),
			 784111777);
	assert_int_equal(http_date("Thu, 01 Jan 1970 00:00:01 GMT", 29), 1);
	assert_int_equal(http_date("Sun, 06 Foo 1994 08:49:37 GMT", 29), 0);
	assert_int_equal(http_date("Sunday, 06-Nov-94 08:49:37 GMT", 30), 0);
	assert_int_equal(http_date("", 0), 0);
}

static void the_fields_are_found_regardless_of_case(void **state)
{
	static const char said[] = "HTTP/1.1 302 Found\r\nsERVER:x/1\r\n"
				   "LOCATION:  http://a/\r\nvia: 1.1 p\r\n\r\n"
				   "body";
	struct http_answer a;

	(void)state;
	assert_true(http_parse(&a, said, sizeof(said) - 1));
	assert_int_equal(a.status, 302);
	assert_memory_equal(a.server.data, "x/1", a.server.len);
	assert_memory_equal(a.location.data, "http://a/", a.location.len);
	assert_int_equal(a.location.len, 9);
	assert_int_equal(a.via.len, 5);
	assert_memory_equal(said + a.body, "body", 4);
}

static void a_head_that_is_cut_has_no_body_yet(void **state)
{
	struct http_answer a;

	(void)state;
	assert_true(http_parse(&a, "HTTP/1.1 200 OK\r\nServer: x", 27));
	assert_int_equal(a.body, 0);
	assert_null(a.server.data);
	assert_false(http_parse(&a, "HTTP/1.1 200", 12));
	assert_false(http_parse(&a, "HTTP/1.1 900 OK\r\n", 17));
	assert_false(http_parse(&a, "SSH-2.0-OpenSSH_9.2\r\n", 21));
	assert_false(http_parse(&a, "", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_date_is_read_in_any_locale),
		cmocka_unit_test(the_fields_are_found_regardless_of_case),
		cmocka_unit_test(a_head_that_is_cut_has_no_body_yet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
