/* Lines fit, and nothing of the text is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "report/wrap.h"

static void wraps_to(const char *text, size_t at, size_t indent, size_t width,
		     const char *expected)
{
	struct text out = TEXT_NULL;

	wrap_text(&out, text, at, indent, width);
	assert_string_equal(text_string(&out), expected);
	text_done(&out);
}

static void columns_are_what_a_terminal_shows(void **state)
{
	(void)state;
	assert_int_equal(wrap_columns(""), 0);
	assert_int_equal(wrap_columns("abc"), 3);
	assert_int_equal(wrap_columns("\xc3\xa9"), 1); /* é */
	assert_int_equal(wrap_columns("\xe5\x88\x87\xe3\x82\x8a"),
			 4);                               /* 切り */
	assert_int_equal(wrap_columns("\xe2\x9c\x93"), 1); /* a check mark */
	assert_int_equal(wrap_columns("\xf0\xa0\xae\xb7"), 2); /* U+20BB7 */
	assert_int_equal(wrap_columns("\xff\xfe"), 2);         /* no UTF-8 */
}

static void words_are_kept_whole(void **state)
{
	(void)state;
	wraps_to("one two three", 0, 0, 80, "one two three");
	wraps_to("one two three", 0, 0, 7, "one two\nthree");
	wraps_to("one two three", 0, 2, 7, "one two\n  three");
	wraps_to("one two three", 5, 2, 9, "one\n  two\n  three");
	wraps_to("", 5, 2, 9, "");
}

static void a_word_that_fits_nowhere_stands_alone(void **state)
{
	(void)state;
	wraps_to("a verylongwordindeed b", 0, 1, 6,
		 "a\n verylongwordindeed\n b");
}

static void line_feeds_and_inner_spaces_stay(void **state)
{
	(void)state;
	wraps_to("a\nb", 0, 2, 80, "a\n  b");
	wraps_to("a\n\nb", 0, 1, 80, "a\n \n b");
	wraps_to("a  b", 0, 0, 80, "a  b");
}

static void japanese_breaks_anywhere_but_at_marks(void **state)
{
	(void)state;
	/* Three full-width letters fit six columns. */
	wraps_to("\xe5\x88\x87\xe3\x82\x8a\xe5\x88\x86\xe3\x81\x91", 0, 0, 6,
		 "\xe5\x88\x87\xe3\x82\x8a\xe5\x88\x86\n\xe3\x81\x91");
	/* The full stop goes with the letter before it. */
	wraps_to("\xe5\x88\x87\xe3\x82\x8a\xe5\x88\x86\xe3\x80\x82", 0, 0, 6,
		 "\xe5\x88\x87\xe3\x82\x8a\n\xe5\x88\x86\xe3\x80\x82");
	/* An opening bracket goes with the letter behind it. */
	wraps_to("\xe5\x88\x87\xe3\x82\x8a\xe3\x80\x8c\xe5\x88\x86", 0, 0, 6,
		 "\xe5\x88\x87\xe3\x82\x8a\n\xe3\x80\x8c\xe5\x88\x86");
	/* So does a small letter, and a semicolon. */
	wraps_to("\xe5\x88\x87\xe3\x82\x8a\xe5\x88\x86\xe3\x82\x83", 0, 0, 6,
		 "\xe5\x88\x87\xe3\x82\x8a\n\xe5\x88\x86\xe3\x82\x83");
	wraps_to("\xe5\x88\x87\xe3\x82\x8a; a", 0, 0, 4,
		 "\xe5\x88\x87\n\xe3\x82\x8a;\na");
	/* Latin words in it stay whole. */
	wraps_to("\xe5\x88\x87TCP", 0, 0, 4, "\xe5\x88\x87\nTCP");
}

/* All but blanks, in order. */
static void keep_ink(struct text *out, const char *s)
{
	for (; *s; s++)
		if (*s != ' ' && *s != '\n')
			text_char(out, *s);
}

static void nothing_is_lost_at_any_width(void **state)
{
	static const char *const pieces[] = {
		"a",
		"tcp/5555",
		" ",
		"  ",
		"\n",
		",",
		")",
		"(",
		"\xe5\x88\x87",
		"\xe3\x80\x82",
		"\xe3\x80\x8c",
		"\xef\xbc\x88",
		"\xff",
		"\xe3\x81",
		"averyveryverylongword",
	};

	uint32_t seed = 7;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct text given = TEXT_NULL, out = TEXT_NULL;
		struct text ink = TEXT_NULL, left = TEXT_NULL;

		for (int i = 0; i < 1 + round % 30; i++) {
			seed = seed * 1664525 + 1013904223;
			text_str(&given,
				 pieces[(seed >> 16) %
					(sizeof(pieces) / sizeof(*pieces))]);
		}
		wrap_text(&out, text_string(&given), (size_t)round % 9,
			  (size_t)round % 5, (size_t)round % 40);
		keep_ink(&ink, text_string(&given));
		keep_ink(&left, text_string(&out));
		assert_string_equal(text_string(&ink), text_string(&left));
		text_done(&given);
		text_done(&out);
		text_done(&ink);
		text_done(&left);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_what_a_terminal_shows),
		cmocka_unit_test(words_are_kept_whole),
		cmocka_unit_test(a_word_that_fits_nowhere_stands_alone),
		cmocka_unit_test(line_feeds_and_inner_spaces_stay),
		cmocka_unit_test(japanese_breaks_anywhere_but_at_marks),
		cmocka_unit_test(nothing_is_lost_at_any_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
