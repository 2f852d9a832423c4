#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* What the writers made of it, and a fresh text for the next. */
#define ASSERT_WRITES(expected, call)                                          \
	do {                                                                   \
		struct text t = TEXT_NULL;                                     \
                                                                               \
		call;                                                          \
		assert_true(text_ok(&t));                                      \
		assert_string_equal(text_string(&t), expected);                \
		assert_int_equal(t.len, strlen(expected));                     \
		text_done(&t);                                                 \
	} while (0)

static void what_is_appended_stands_in_order(void **state)
{
	(void)state;
	ASSERT_WRITES("", (void)t);
	ASSERT_WRITES("a-bc  d", {
		text_str(&t, "a");
		text_char(&t, '-');
		text_bytes(&t, "bcd", 2);
		text_fill(&t, ' ', 2);
		text_fill(&t, '!', 0);
		text_str(&t, "");
		text_char(&t, 'd');
	});
}

static void numbers_are_written_to_their_limits(void **state)
{
	(void)state;
	ASSERT_WRITES("0", text_u64(&t, 0));
	ASSERT_WRITES("18446744073709551615", text_u64(&t, UINT64_MAX));
	ASSERT_WRITES("-9223372036854775808", text_i64(&t, INT64_MIN));
	ASSERT_WRITES("9223372036854775807", text_i64(&t, INT64_MAX));
	ASSERT_WRITES("-1", text_i64(&t, -1));
	ASSERT_WRITES("0", text_i64(&t, 0));
	ASSERT_WRITES("ffffffffffffffff", text_hex(&t, UINT64_MAX, 1));
	ASSERT_WRITES("0", text_hex(&t, 0, 0));
}

static void leading_zeros_fill_up_to_the_digits(void **state)
{
	(void)state;
	ASSERT_WRITES("000042", text_u64_padded(&t, 42, 6));
	ASSERT_WRITES("1234567", text_u64_padded(&t, 1234567, 6));
	ASSERT_WRITES("0", text_u64_padded(&t, 0, 0));
	ASSERT_WRITES("00000000000000000000000000000007",
		      text_u64_padded(&t, 7, 32));
	ASSERT_WRITES("00ab", text_hex(&t, 0xab, 4));
	ASSERT_WRITES("12345", text_hex(&t, 0x12345, 4));
}

static void a_format_may_be_longer_than_the_room(void **state)
{
	(void)state;
	ASSERT_WRITES("tcp/5555", text_format(&t, "%s/%u", "tcp", 5555U));
	for (int width = 1; width < 600; width++) {
		struct text t = TEXT_NULL;

		text_str(&t, "<");
		text_format(&t, "%*d>", width, 5);
		assert_int_equal(t.len, width + 2);
		assert_int_equal(text_string(&t)[width], '5');
		assert_int_equal(text_string(&t)[width + 1], '>');
		text_done(&t);
	}
}

static void it_grows_with_its_content(void **state)
{
	struct text t = TEXT_NULL;

	(void)state;
	for (unsigned i = 0; i < 100000; i++)
		text_char(&t, (char)('a' + i % 26));
	assert_true(text_ok(&t));
	assert_int_equal(t.len, 100000);
	assert_true(t.size < 4 * t.len);
	for (unsigned i = 0; i < 100000; i++)
		assert_int_equal(t.data[i], 'a' + (int)(i % 26));
	text_done(&t);
	assert_int_equal(t.size, 0);
}

static void zero_bytes_are_kept(void **state)
{
	struct text t = TEXT_NULL;

	(void)state;
	text_bytes(&t, "a\0b", 3);
	assert_int_equal(t.len, 3);
	assert_memory_equal(text_string(&t), "a\0b", 4);
	text_done(&t);
}

static void it_is_cut_and_never_made_longer(void **state)
{
	(void)state;
	ASSERT_WRITES("ab", {
		text_str(&t, "abcd");
		text_cut(&t, 9);
		assert_int_equal(t.len, 4);
		text_cut(&t, 2);
		text_cut(&t, 3);
	});
}

static void clearing_keeps_the_memory(void **state)
{
	struct text t = TEXT_NULL;
	const char *data;

	(void)state;
	text_str(&t, "something");
	data = t.data;
	text_clear(&t);
	assert_string_equal(text_string(&t), "");
	text_str(&t, "else");
	assert_ptr_equal(t.data, data);
	assert_string_equal(text_string(&t), "else");
	text_done(&t);
}

static void what_is_stolen_is_the_callers(void **state)
{
	struct text t = TEXT_NULL;
	char *mine;

	(void)state;
	text_str(&t, "mine");
	mine = text_steal(&t);
	assert_int_equal(t.len, 0);
	text_str(&t, "another");
	assert_string_equal(mine, "mine");
	free(mine);
	text_done(&t);
}

static void without_memory_it_stops_growing_and_says_so(void **state)
{
	struct text t = TEXT_NULL;

	(void)state;
	text_str(&t, "kept");
	assert_false(text_reserve(&t, SIZE_MAX));
	assert_false(text_ok(&t));
	text_str(&t, "more");
	text_char(&t, '!');
	text_u64(&t, 1);
	text_format(&t, "%d", 1);
	assert_int_equal(t.len, 4);
	assert_string_equal(text_string(&t), "");
	assert_null(text_steal(&t));
	assert_true(text_ok(&t));
	assert_false(text_reserve(&t, SIZE_MAX));
	text_clear(&t);
	assert_true(text_ok(&t));
	text_str(&t, "again");
	assert_string_equal(text_string(&t), "again");
	text_done(&t);
}

static void room_that_was_reserved_is_there(void **state)
{
	struct text t = TEXT_NULL;
	const char *data;

	(void)state;
	assert_true(text_reserve(&t, 5000));
	data = t.data;
	text_fill(&t, 'x', 5000);
	assert_ptr_equal(t.data, data);
	text_done(&t);
}

static void width_counts_columns_and_not_bytes(void **state)
{
	static const struct {
		const char *s;
		size_t width;
	} rows[] = {
		{ "", 0 },          { "abc", 3 },          { "日本語", 6 },
		{ "ｱｲｳ", 3 },       { "a、b", 4 },         { "é", 1 },
		{ "e\xcc\x81", 1 }, { "\xff\xe6\x97", 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(text_width(rows[i].s, strlen(rows[i].s)),
				 rows[i].width);
	/* a letter that is cut is so many bytes */
	assert_int_equal(text_width("日本", 5), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_appended_stands_in_order),
		cmocka_unit_test(numbers_are_written_to_their_limits),
		cmocka_unit_test(leading_zeros_fill_up_to_the_digits),
		cmocka_unit_test(a_format_may_be_longer_than_the_room),
		cmocka_unit_test(it_grows_with_its_content),
		cmocka_unit_test(zero_bytes_are_kept),
		cmocka_unit_test(it_is_cut_and_never_made_longer),
		cmocka_unit_test(clearing_keeps_the_memory),
		cmocka_unit_test(what_is_stolen_is_the_callers),
		cmocka_unit_test(without_memory_it_stops_growing_and_says_so),
		cmocka_unit_test(room_that_was_reserved_is_there),
		cmocka_unit_test(width_counts_columns_and_not_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
