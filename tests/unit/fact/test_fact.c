#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <string.h>

#include "fact/fact.h"

static bool is_id(const char *s)
{
	if (!islower((unsigned char)*s))
		return false;
	for (; *s; s++)
		if (!islower((unsigned char)*s) &&
		    !isdigit((unsigned char)*s) &&
		    (*s != '-' || s[1] == '-' || !s[1]))
			return false;

	return true;
}

static void every_fact_has_an_id_of_its_own(void **state)
{
	(void)state;
	for (int a = 0; a < FACT_KINDS; a++) {
		const char *id = fact_id((enum fact_kind)a);

		assert_non_null(id);
		if (!is_id(id))
			fail_msg("\"%s\" is no id", id);
		for (int b = 0; b < a; b++)
			assert_string_not_equal(id, fact_id((enum fact_kind)b));
	}
}

static void every_fact_is_a_whole_sentence(void **state)
{
	(void)state;
	for (int k = FACT_NONE + 1; k < FACT_KINDS; k++) {
		const char *s = fact_sentence((enum fact_kind)k);
		size_t len = strlen(s);

		if (len < 10 || s[len - 1] != '.' || s[len - 2] == '.' ||
		    !isupper((unsigned char)*s))
			fail_msg("%s: \"%s\"", fact_id((enum fact_kind)k), s);
		/* It is printed as it is, and never through printf(). */
		assert_null(strchr(s, '%'));
		assert_null(strchr(s, '\n'));
	}
}

static void no_two_facts_say_the_same(void **state)
{
	(void)state;
	for (int a = FACT_NONE + 1; a < FACT_KINDS; a++)
		for (int b = FACT_NONE + 1; b < a; b++)
			assert_string_not_equal(
				fact_sentence((enum fact_kind)a),
				fact_sentence((enum fact_kind)b));
}

static void every_fact_knows_how_it_is_shown(void **state)
{
	(void)state;
	for (int k = FACT_NONE; k < FACT_KINDS; k++)
		assert_in_range(fact_shown((enum fact_kind)k), SHOWN_FIRST,
				SHOWN_CONTEXT);
	assert_int_equal(fact_shown(FACT_NONE), SHOWN_CONTEXT);
	assert_int_equal(fact_shown(FACT_SYN_SEEN), SHOWN_FIRST);
	assert_int_equal(fact_shown(FACT_SYN_REPEATED), SHOWN_REPEAT);
	assert_int_equal(fact_shown(FACT_ICMP_ERROR), SHOWN_ERROR);
	assert_int_equal(fact_shown(FACT_AT_SERVER), SHOWN_CONTEXT);
}

static void a_set_holds_just_what_was_added(void **state)
{
	(void)state;
	for (int k = 0; k < FACT_KINDS; k++) {
		struct fact_set set = { { 0 } };

		fact_add(&set, (enum fact_kind)k);
		for (int i = 0; i < FACT_KINDS; i++)
			assert_int_equal(fact_has(&set, (enum fact_kind)i),
					 i == k);
	}
}

static void what_is_removed_is_gone_and_nothing_else(void **state)
{
	(void)state;
	for (int k = 0; k < FACT_KINDS; k++) {
		struct fact_set set = { { 0 } };

		for (int i = 0; i < FACT_KINDS; i++)
			fact_add(&set, (enum fact_kind)i);
		fact_remove(&set, (enum fact_kind)k);
		fact_remove(&set, (enum fact_kind)k);
		for (int i = 0; i < FACT_KINDS; i++)
			assert_int_equal(fact_has(&set, (enum fact_kind)i),
					 i != k);
	}
}

static void every_vantage_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int a = 0; a < VANTAGES; a++) {
		assert_true(is_id(vantage_name((enum vantage)a)));
		for (int b = 0; b < a; b++)
			assert_string_not_equal(vantage_name((enum vantage)a),
						vantage_name((enum vantage)b));
	}
	assert_string_equal(vantage_name(VANTAGE_CLIENT), "client");
	assert_string_equal(vantage_name(VANTAGE_UNKNOWN), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fact_has_an_id_of_its_own),
		cmocka_unit_test(every_fact_is_a_whole_sentence),
		cmocka_unit_test(no_two_facts_say_the_same),
		cmocka_unit_test(every_fact_knows_how_it_is_shown),
		cmocka_unit_test(a_set_holds_just_what_was_added),
		cmocka_unit_test(what_is_removed_is_gone_and_nothing_else),
		cmocka_unit_test(every_vantage_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
