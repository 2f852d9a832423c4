#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/problem.h"

static int with_problems(void **state)
{
	*state = problems_new();
	return *state ? 0 : -1;
}

static int without_problems(void **state)
{
	problems_free(*state);
	return 0;
}

static void a_problem_is_kept_with_its_place(void **state)
{
	static const char file[] = "trace.pcap";
	const struct problem where = {
		.file = file, .line = 3, .column = 14, .packet = 7, .offset = 99
	};
	const struct problem *p;

	problems_add(*state, &where, "%s is %d bytes too long.", "It", 12);
	p = problems_at(*state, 0);
	assert_non_null(p);
	assert_ptr_equal(p->file, file);
	assert_int_equal(p->line, 3);
	assert_int_equal(p->column, 14);
	assert_int_equal(p->packet, 7);
	assert_int_equal(p->offset, 99);
	assert_string_equal(p->text, "It is 12 bytes too long.");
	assert_null(p->excerpt);
	assert_null(problems_at(*state, 1));
}

static void an_excerpt_is_copied(void **state)
{
	char line[] = "20:22:38 IP 10.1.0.7";
	const struct problem where = { .line = 1, .excerpt = line };

	problems_add(*state, &where, "It cannot be read.");
	memset(line, 'x', sizeof(line) - 1);
	assert_string_equal(problems_at(*state, 0)->excerpt,
			    "20:22:38 IP 10.1.0.7");
}

static void the_first_are_kept_and_the_others_counted(void **state)
{
	for (uint64_t i = 0; i < PROBLEMS_KEPT + 50; i++) {
		const struct problem where = { .packet = i + 1 };

		problems_add(*state, &where, "Number %d.", (int)i);
	}

	assert_int_equal(problems_count(*state), PROBLEMS_KEPT + 50);
	for (size_t i = 0; i < PROBLEMS_KEPT; i++)
		assert_int_equal(problems_at(*state, i)->packet, i + 1);
	assert_string_equal(problems_at(*state, 99)->text, "Number 99.");
	assert_null(problems_at(*state, PROBLEMS_KEPT));
	assert_null(problems_at(*state, SIZE_MAX));
}

static void a_long_text_is_cut_not_written_beyond(void **state)
{
	static const struct problem nowhere;
	char name[4096];
	const char *text;

	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	problems_add(*state, &nowhere, "The file %s is gone.", name);
	text = problems_at(*state, 0)->text;
	assert_memory_equal(text, "The file nnn", 12);
	assert_true(strlen(text) > 100 && strlen(text) < sizeof(name));
}

static void there_are_none_at_first(void **state)
{
	assert_int_equal(problems_count(*state), 0);
	assert_null(problems_at(*state, 0));
	problems_free(NULL);
}

#define WITH_PROBLEMS(claim)                                                   \
	cmocka_unit_test_setup_teardown(claim, with_problems, without_problems)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PROBLEMS(a_problem_is_kept_with_its_place),
		WITH_PROBLEMS(an_excerpt_is_copied),
		WITH_PROBLEMS(the_first_are_kept_and_the_others_counted),
		WITH_PROBLEMS(a_long_text_is_cut_not_written_beyond),
		WITH_PROBLEMS(there_are_none_at_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
