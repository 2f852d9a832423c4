#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "probe/pack.h"

/* As a server of 5.01 says it, but for the random bytes. */
static const char hello[] =
	"\0\0\0\4"
	"\0\0\0\6hello\0\0\0\2\0\0\0\1\0\0\0\24SoftEther VPN Server"
	"\0\0\0\10version\0\0\0\0\0\0\0\1\0\0\1\xf5"
	"\0\0\0\6build\0\0\0\0\0\0\0\1\0\0\x25\xca"
	"\0\0\0\7random\0\0\0\1\0\0\0\1\0\0\0\4abcd";

static void the_hello_names_product_version_and_build(void **state)
{
	struct pack_hello h;

	(void)state;
	assert_true(pack_hello(&h, hello, sizeof(hello) - 1));
	assert_int_equal(h.product_len, 20);
	assert_memory_equal(h.product, "SoftEther VPN Server", 20);
	assert_int_equal(h.version, 501);
	assert_int_equal(h.build, 9674);
	assert_int_equal(h.error, 0);
}

static void a_part_of_it_is_none(void **state)
{
	struct pack_hello h;

	(void)state;
	for (size_t len = 0; len < sizeof(hello) - 1; len++)
		assert_false(pack_hello(&h, hello, len));
}

static void other_bytes_are_none(void **state)
{
	struct pack_hello h;

	(void)state;
	assert_false(pack_hello(&h, "<html><body>403</body></html>", 29));
	assert_false(pack_hello(&h, "\0\0\0\0", 4));
	assert_false(pack_hello(&h, "\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0", 16));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hello_names_product_version_and_build),
		cmocka_unit_test(a_part_of_it_is_none),
		cmocka_unit_test(other_bytes_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
