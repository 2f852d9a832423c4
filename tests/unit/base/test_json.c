#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/json.h"

static struct text out;

static struct json compact(void)
{
	text_clear(&out);
	return json_over(&out, false);
}

static int without_text(void **state)
{
	(void)state;
	text_done(&out);
	return 0;
}

static void some_document(struct json *j)
{
	json_object(j);
	json_member_u64(j, "kiriwake", 1);
	json_name(j, "flows");
	json_array(j);
	json_object(j);
	json_member(j, "name", "a");
	json_name(j, "cause");
	json_null(j);
	json_object_end(j);
	json_bool(j, true);
	json_bool(j, false);
	json_i64(j, -5);
	json_array_end(j);
	json_name(j, "none");
	json_array(j);
	json_array_end(j);
	json_name(j, "empty");
	json_object(j);
	json_object_end(j);
	json_object_end(j);
}

static void commas_and_nesting_are_right(void **state)
{
	struct json j = compact();

	(void)state;
	some_document(&j);
	assert_string_equal(
		text_string(&out),
		"{\"kiriwake\":1,\"flows\":[{\"name\":\"a\",\"cause\":null},"
		"true,false,-5],\"none\":[],\"empty\":{}}");
	assert_false(j.failed);
	assert_int_equal(j.depth, 0);
}

static void it_is_indented_as_jq_does(void **state)
{
	struct json j = json_over(&out, true);

	(void)state;
	text_clear(&out);
	some_document(&j);
	assert_string_equal(text_string(&out), "{\n"
					       "  \"kiriwake\": 1,\n"
					       "  \"flows\": [\n"
					       "    {\n"
					       "      \"name\": \"a\",\n"
					       "      \"cause\": null\n"
					       "    },\n"
					       "    true,\n"
					       "    false,\n"
					       "    -5\n"
					       "  ],\n"
					       "  \"none\": [],\n"
					       "  \"empty\": {}\n"
					       "}");
}

static const char *string_of(const char *value)
{
	struct json j = compact();

	json_string(&j, value);
	return text_string(&out);
}

static void what_json_reserves_is_escaped(void **state)
{
	(void)state;
	assert_string_equal(string_of("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"");
	assert_string_equal(string_of("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"");
	assert_string_equal(string_of("\x01\x1b[31m\x1f"),
			    "\"\\u0001\\u001b[31m\\u001f\"");
	assert_string_equal(string_of(""), "\"\"");
	assert_string_equal(string_of(NULL), "null");
}

static void no_control_byte_leaves_unescaped(void **state)
{
	(void)state;
	for (char c = 1; c < 0x20; c++) {
		const char value[] = { c, '\0' };

		assert_null(strchr(string_of(value), c));
	}
	assert_null(strchr(string_of("\x7f"), 0x7f));
}

static void names_are_escaped_too(void **state)
{
	struct json j = compact();

	(void)state;
	json_object(&j);
	json_member(&j, "a\"\n", "b");
	json_object_end(&j);
	assert_string_equal(text_string(&out), "{\"a\\\"\\n\":\"b\"}");
}

/* RFC 3629: the first and the last sequence of each length. */
static void utf8_passes_unchanged(void **state)
{
	static const char *const good[] = {
		"\xc2\x80",         "\xdf\xbf",         "\xe0\xa0\x80",
		"\xed\x9f\xbf",     "\xee\x80\x80",     "\xef\xbf\xbf",
		"\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "\xe6\x9d\xb1"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		size_t len = strlen(good[i]);
		const char *s = string_of(good[i]);

		assert_int_equal(strlen(s), len + 2);
		assert_memory_equal(s + 1, good[i], len);
	}
}

#define LOST "\xef\xbf\xbd"

static void a_byte_that_is_not_utf8_is_replaced(void **state)
{
	static const struct {
		const char *value, *expected;
	} rows[] = {
		{ "a\x80z", "\"a" LOST "z\"" },
		{ "\xff\xfe", "\"" LOST LOST "\"" },
		{ "\xc0\x80", "\"" LOST LOST "\"" },
		{ "\xc1\xbf", "\"" LOST LOST "\"" },
		{ "\xe0\x80\x80", "\"" LOST LOST LOST "\"" },
		{ "\xed\xa0\x80", "\"" LOST LOST LOST "\"" },
		{ "\xf0\x80\x80\x80", "\"" LOST LOST LOST LOST "\"" },
		{ "\xf4\x90\x80\x80", "\"" LOST LOST LOST LOST "\"" },
		{ "\xf5\x80\x80\x80", "\"" LOST LOST LOST LOST "\"" },
		{ "\xe6\x9d", "\"" LOST LOST "\"" },
		{ "\xe6", "\"" LOST "\"" },
		{ "\xf0\x90\x80", "\"" LOST LOST LOST "\"" },
		{ "\xe6\"", "\"" LOST "\\\"\"" },
		{ "\xc3\n", "\"" LOST "\\n\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_string_equal(string_of(rows[i].value), rows[i].expected);
}

static void numbers_keep_their_value(void **state)
{
	struct json j = compact();

	(void)state;
	json_array(&j);
	json_u64(&j, UINT64_MAX);
	json_i64(&j, INT64_MIN);
	json_double(&j, 1.0 / 3, 3);
	json_double(&j, -2.5, 0);
	json_double(&j, (double)INFINITY, 1);
	json_double(&j, (double)NAN, 1);
	json_array_end(&j);
	assert_string_equal(text_string(&out),
			    "[18446744073709551615,-9223372036854775808,"
			    "0.333,-2,null,null]");
}

static void nesting_has_a_limit_and_says_so(void **state)
{
	struct json j = compact();

	(void)state;
	for (int i = 0; i < JSON_DEPTH; i++)
		json_array(&j);
	assert_false(j.failed);
	json_array(&j);
	assert_true(j.failed);
	for (int i = 0; i < JSON_DEPTH; i++)
		json_array_end(&j);
	assert_int_equal(j.depth, 0);
}

static void closing_too_often_is_a_failure(void **state)
{
	struct json j = compact();

	(void)state;
	json_object(&j);
	json_object_end(&j);
	assert_false(j.failed);
	json_object_end(&j);
	assert_true(j.failed);
	assert_int_equal(j.depth, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commas_and_nesting_are_right),
		cmocka_unit_test(it_is_indented_as_jq_does),
		cmocka_unit_test(what_json_reserves_is_escaped),
		cmocka_unit_test(no_control_byte_leaves_unescaped),
		cmocka_unit_test(names_are_escaped_too),
		cmocka_unit_test(utf8_passes_unchanged),
		cmocka_unit_test(a_byte_that_is_not_utf8_is_replaced),
		cmocka_unit_test(numbers_keep_their_value),
		cmocka_unit_test(nesting_has_a_limit_and_says_so),
		cmocka_unit_test(closing_too_often_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, without_text);
}
