#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/wait.h>

#include "base/tool.h"

static void shell(struct tool *t, const char *lines)
{
	const char *const argv[] = { "sh", "-c", lines, NULL };

	*t = (struct tool){ 0 };
	tool_start(t, "/bin/sh", argv);
}

static void several_run_side_by_side(void **state)
{
	struct tool a, b, *const both[] = { &a, &b };
	int64_t began = tool_now_ms();

	(void)state;
	shell(&a, "sleep 0.3; echo one; echo oh >&2; exit 3");
	shell(&b, "sleep 0.3; echo two $LC_ALL $HOME");
	tool_finish(both, 2, began + 5000);
	assert_true(tool_now_ms() - began < 590);
	assert_string_equal(text_string(&a.text), "one\n");
	assert_string_equal(text_string(&a.complaint), "oh\n");
	assert_int_equal(WEXITSTATUS(a.status), 3);
	assert_false(tool_ended_well(&a));
	assert_string_equal(text_string(&b.text), "two C\n");
	assert_true(tool_ended_well(&b));
	tool_done(&a);
	tool_done(&b);
}

static void a_slow_one_is_killed_with_its_children(void **state)
{
	struct tool t, *const one = &t;
	int64_t began = tool_now_ms();

	(void)state;
	shell(&t, "echo first; sleep 60 & sleep 60");
	tool_finish(&one, 1, began + 100);
	assert_true(tool_now_ms() - began < 5000);
	assert_true(t.timed_out);
	assert_false(tool_ended_well(&t));
	assert_string_equal(text_string(&t.text), "first\n");
	tool_done(&t);
}

static void what_is_no_program_says_why(void **state)
{
	const char *const argv[] = { "nothing", NULL };
	struct tool t = { 0 }, *const one = &t;

	(void)state;
	tool_start(&t, "/nonexistent", argv);
	assert_int_not_equal(t.failed, 0);
	assert_int_equal(t.pid, 0);
	tool_finish(&one, 1, tool_now_ms() + 1000);
	assert_false(tool_ended_well(&t));
	tool_done(&t);
}

static void too_many_words_are_not_run_without_the_last(void **state)
{
	const char *argv[TOOL_WORDS + 2] = { 0 };
	struct tool t = { 0 };

	(void)state;
	for (unsigned i = 0; i <= TOOL_WORDS; i++)
		argv[i] = "x";
	tool_start(&t, "/bin/true", argv);
	assert_int_not_equal(t.failed, 0);
	tool_done(&t);
}

static void programs_are_looked_for_in_the_folders_order(void **state)
{
	struct text found = TEXT_NULL;

	(void)state;
	assert_true(tool_find(&found, "/nonexistent:/bin:/usr/bin", "sh"));
	assert_string_equal(text_string(&found), "/bin/sh");
	assert_false(tool_find(&found, "/nonexistent", "sh"));
	text_done(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(several_run_side_by_side),
		cmocka_unit_test(a_slow_one_is_killed_with_its_children),
		cmocka_unit_test(what_is_no_program_says_why),
		cmocka_unit_test(too_many_words_are_not_run_without_the_last),
		cmocka_unit_test(programs_are_looked_for_in_the_folders_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
