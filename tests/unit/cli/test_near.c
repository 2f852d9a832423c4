#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "cli/near.h"

/* What the user was answered last. */
static char said[256];

/* In place of the program's, which writes to standard error. */
int cli_usage(const struct command *command, const char *format, ...)
{
	va_list ap;

	(void)command;
	va_start(ap, format);
	(void)vsnprintf(said, sizeof(said), format, ap);
	va_end(ap);
	return EXIT_USAGE;
}

static void answers(const char *word, const char *expected)
{
	static const struct command command = {
		.help = "  --from ADDRESS  whose\n  --timeout S, --no-wait\n",
	};

	assert_int_equal(near_option(&command, word), EXIT_USAGE);
	assert_string_equal(said, expected);
}

static void a_letter_more_less_other_or_turned_is_one(void **state)
{
	(void)state;
	assert_int_equal(near_distance("--from", "--from"), 0);
	assert_int_equal(near_distance("--from", "--form"), 1);
	assert_int_equal(near_distance("--from", "--frm"), 1);
	assert_int_equal(near_distance("--from", "--fromm"), 1);
	assert_int_equal(near_distance("--from", "--frob"), 1);
	assert_int_equal(near_distance("", "abc"), 3);
	assert_int_equal(near_distance("abc", ""), 3);
	assert_int_equal(near_distance("abc", "xyz"), 3);
}

static void a_long_word_is_near_to_none(void **state)
{
	(void)state;
	assert_true(near_distance("--a-word-that-has-too-many-letters",
				  "--a-word-that-has-too-many-letters") > 2);
}

static void what_was_meant_is_named(void **state)
{
	(void)state;
	answers("--form", "unknown option --form; did you mean --from?");
	answers("--time-out=3",
		"unknown option --time-out=3; did you mean --timeout?");
	answers("--nowait", "unknown option --nowait; did you mean --no-wait?");
	answers("--jsno", "unknown option --jsno; did you mean --json?");
}

static void what_is_like_nothing_is_only_unknown(void **state)
{
	(void)state;
	answers("--colourful-output", "unknown option --colourful-output");
	answers("-x", "unknown option -x");
	answers("--=", "unknown option --=");
	answers("--an-option-that-is-longer-than-any-of-ours",
		"unknown option --an-option-that-is-longer-than-any-of-ours");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_letter_more_less_other_or_turned_is_one),
		cmocka_unit_test(a_long_word_is_near_to_none),
		cmocka_unit_test(what_was_meant_is_named),
		cmocka_unit_test(what_is_like_nothing_is_only_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
