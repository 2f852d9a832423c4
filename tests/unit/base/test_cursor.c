#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/cursor.h"

static const uint8_t bytes[] = { 0x01, 0x02, 0x03, 0x04, 0x05,
				 0x06, 0x07, 0x08, 0x09 };

static void numbers_are_read_in_their_byte_order(void **state)
{
	struct cursor c = cursor_over(bytes, sizeof(bytes));

	(void)state;
	assert_int_equal(cursor_u8(&c), 0x01);
	assert_int_equal(cursor_be16(&c), 0x0203);
	assert_int_equal(cursor_le16(&c), 0x0504);
	assert_int_equal(cursor_left(&c), 4);
	c = cursor_over(bytes, sizeof(bytes));
	assert_int_equal(cursor_be32(&c), 0x01020304);
	assert_int_equal(cursor_le32(&c), 0x08070605);
	c = cursor_over(bytes, sizeof(bytes));
	assert_true(cursor_be64(&c) == UINT64_C(0x0102030405060708));
	assert_int_equal(cursor_left(&c), 1);
	assert_true(cursor_ok(&c));
}

static void high_bytes_stay_unsigned(void **state)
{
	const uint8_t high[] = { 0xff, 0xfe, 0xfd, 0xfc };
	struct cursor c = cursor_over(high, sizeof(high));

	(void)state;
	assert_true(cursor_be32(&c) == UINT32_C(0xfffefdfc));
	c = cursor_over(high, sizeof(high));
	assert_true(cursor_le32(&c) == UINT32_C(0xfcfdfeff));
	c = cursor_over(high, sizeof(high));
	assert_int_equal(cursor_be16(&c), 0xfffe);
}

static void the_last_byte_is_read_and_none_behind_it(void **state)
{
	struct cursor c = cursor_over(bytes, 2);

	(void)state;
	assert_int_equal(cursor_be16(&c), 0x0102);
	assert_true(cursor_ok(&c));
	assert_int_equal(cursor_u8(&c), 0);
	assert_false(cursor_ok(&c));
}

/* Each reader with one byte less than it needs. */
static void a_read_beyond_the_end_gives_zero(void **state)
{
	struct cursor c = cursor_over(bytes, 1);

	(void)state;
	assert_int_equal(cursor_be16(&c), 0);
	assert_false(cursor_ok(&c));
	c = cursor_over(bytes, 1);
	assert_int_equal(cursor_le16(&c), 0);
	assert_false(cursor_ok(&c));
	c = cursor_over(bytes, 3);
	assert_int_equal(cursor_be32(&c), 0);
	assert_false(cursor_ok(&c));
	c = cursor_over(bytes, 3);
	assert_int_equal(cursor_le32(&c), 0);
	assert_false(cursor_ok(&c));
	c = cursor_over(bytes, 7);
	(void)cursor_be64(&c);
	assert_false(cursor_ok(&c));
	c = cursor_over(bytes, 3);
	cursor_skip(&c, 4);
	assert_false(cursor_ok(&c));
}

static void a_bad_cursor_stays_bad(void **state)
{
	struct cursor c = cursor_over(bytes, sizeof(bytes));
	struct cursor inner;

	(void)state;
	assert_null(cursor_bytes(&c, sizeof(bytes) + 1));
	assert_int_equal(cursor_left(&c), 0);
	assert_int_equal(cursor_peek(&c), 0);
	assert_int_equal(cursor_u8(&c), 0);
	assert_null(cursor_bytes(&c, 0));
	inner = cursor_take(&c, 0);
	assert_false(cursor_ok(&inner));
	inner = cursor_take_most(&c, 4);
	assert_false(cursor_ok(&inner));
}

static void no_length_is_too_large_to_be_refused(void **state)
{
	struct cursor c = cursor_over(bytes, sizeof(bytes));

	(void)state;
	(void)cursor_u8(&c);
	assert_null(cursor_bytes(&c, SIZE_MAX));
	c = cursor_over(bytes, sizeof(bytes));
	cursor_skip(&c, SIZE_MAX - 1);
	assert_false(cursor_ok(&c));
}

static void bytes_are_given_where_they_stand(void **state)
{
	struct cursor c = cursor_over(bytes, sizeof(bytes));

	(void)state;
	cursor_skip(&c, 2);
	assert_ptr_equal(cursor_bytes(&c, 3), bytes + 2);
	assert_ptr_equal(cursor_bytes(&c, 4), bytes + 5);
	assert_int_equal(cursor_left(&c), 0);
	assert_non_null(cursor_bytes(&c, 0));
	assert_true(cursor_ok(&c));
}

static void a_look_ahead_moves_nothing(void **state)
{
	struct cursor c = cursor_over(bytes, 1);

	(void)state;
	assert_int_equal(cursor_peek(&c), 1);
	assert_int_equal(cursor_left(&c), 1);
	(void)cursor_u8(&c);
	assert_int_equal(cursor_peek(&c), 0);
	assert_true(cursor_ok(&c));
}

static void what_is_taken_has_its_own_end(void **state)
{
	struct cursor c = cursor_over(bytes, sizeof(bytes));
	struct cursor inner = cursor_take(&c, 2);

	(void)state;
	assert_int_equal(cursor_be16(&inner), 0x0102);
	assert_int_equal(cursor_u8(&inner), 0);
	assert_false(cursor_ok(&inner));
	assert_true(cursor_ok(&c));
	assert_int_equal(cursor_u8(&c), 3);

	inner = cursor_take(&c, sizeof(bytes));
	assert_false(cursor_ok(&inner));
	assert_false(cursor_ok(&c));
}

static void what_a_snaplen_left_is_taken(void **state)
{
	struct cursor c = cursor_over(bytes, sizeof(bytes));
	struct cursor inner = cursor_take_most(&c, 4);

	(void)state;
	assert_int_equal(cursor_left(&inner), 4);
	inner = cursor_take_most(&c, 100);
	assert_int_equal(cursor_left(&inner), 5);
	assert_true(cursor_ok(&inner));
	assert_true(cursor_ok(&c));
	inner = cursor_take_most(&c, 100);
	assert_int_equal(cursor_left(&inner), 0);
	assert_true(cursor_ok(&inner));
}

static void a_total_below_its_header_is_bad(void **state)
{
	struct cursor c = cursor_over(bytes, sizeof(bytes));
	struct cursor body;

	(void)state;
	cursor_skip(&c, 4);
	body = cursor_body(&c, 4, 4);
	assert_true(cursor_ok(&body));
	assert_int_equal(cursor_left(&body), 0);
	body = cursor_body(&c, 7, 4);
	assert_int_equal(cursor_left(&body), 3);
	assert_int_equal(cursor_u8(&body), 5);
	assert_int_equal(cursor_left(&c), 2);
	body = cursor_body(&c, 3, 4);
	assert_false(cursor_ok(&body));
	assert_false(cursor_ok(&c));
	c = cursor_over(bytes, sizeof(bytes));
	body = cursor_body(&c, 4 + sizeof(bytes) + 1, 4);
	assert_false(cursor_ok(&body));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read_in_their_byte_order),
		cmocka_unit_test(high_bytes_stay_unsigned),
		cmocka_unit_test(the_last_byte_is_read_and_none_behind_it),
		cmocka_unit_test(a_read_beyond_the_end_gives_zero),
		cmocka_unit_test(a_bad_cursor_stays_bad),
		cmocka_unit_test(no_length_is_too_large_to_be_refused),
		cmocka_unit_test(bytes_are_given_where_they_stand),
		cmocka_unit_test(a_look_ahead_moves_nothing),
		cmocka_unit_test(what_is_taken_has_its_own_end),
		cmocka_unit_test(what_a_snaplen_left_is_taken),
		cmocka_unit_test(a_total_below_its_header_is_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
