#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "net/checksum.h"

static uint16_t sum_of(const void *data, size_t len)
{
	return checksum_fold(checksum_add(0, data, len));
}

/* RFC 1071 3: these eight bytes add up to ddf2. */
static void the_example_of_the_rfc_comes_out(void **state)
{
	static const uint8_t data[] = { 0x00, 0x01, 0xf2, 0x03,
					0xf4, 0xf5, 0xf6, 0xf7 };

	(void)state;
	assert_int_equal(sum_of(data, sizeof(data)), 0xffff ^ 0xddf2);
}

/* A real IPv4 header: right as it is, wrong with any bit turned. */
static void a_right_header_gives_zero(void **state)
{
	uint8_t header[] = { 0x45, 0x00, 0x00, 0x2c, 0x12, 0xf1, 0x40,
			     0x00, 0x40, 0x06, 0x70, 0xc1, 0x0a, 0x01,
			     0x00, 0x07, 0xac, 0x10, 0x01, 0x02 };

	(void)state;
	assert_int_equal(sum_of(header, sizeof(header)), 0);
	for (size_t bit = 0; bit < 8 * sizeof(header); bit++) {
		header[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_int_not_equal(sum_of(header, sizeof(header)), 0);
		header[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
}

static void an_odd_byte_is_the_high_one(void **state)
{
	static const uint8_t odd[] = { 0x12, 0x34, 0x56 };
	static const uint8_t even[] = { 0x12, 0x34, 0x56, 0x00 };

	(void)state;
	assert_int_equal(sum_of(odd, 3), sum_of(even, 4));
	assert_int_equal(sum_of(odd, 3), 0xffff - 0x6834);
	assert_int_equal(sum_of(odd, 0), 0xffff);
}

static void pieces_add_up_to_the_whole(void **state)
{
	uint8_t data[257];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 37 + 11);
	for (size_t cut = 0; cut < sizeof(data); cut += 2) {
		uint64_t sum = checksum_add(0, data, cut);

		sum = checksum_add(sum, data + cut, sizeof(data) - cut);
		assert_int_equal(checksum_fold(sum),
				 sum_of(data, sizeof(data)));
	}
}

static void carries_are_never_lost(void **state)
{
	enum { LEN = 1 << 20 };

	uint8_t *data = malloc(LEN);

	(void)state;
	assert_non_null(data);
	memset(data, 0xff, LEN);
	assert_int_equal(sum_of(data, LEN), 0);
	assert_int_equal(checksum_fold(UINT64_MAX), 0);
	assert_int_equal(checksum_fold(0x1ffff), 0xfffe);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_the_rfc_comes_out),
		cmocka_unit_test(a_right_header_gives_zero),
		cmocka_unit_test(an_odd_byte_is_the_high_one),
		cmocka_unit_test(pieces_add_up_to_the_whole),
		cmocka_unit_test(carries_are_never_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
