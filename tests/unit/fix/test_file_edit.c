#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "fix/file_edit.h"

static void inserted(const char *content, uint64_t line, const char *expected)
{
	struct text t = TEXT_NULL;

	assert_int_equal(
		file_edit_insert(&t, content, strlen(content), line, "new"), 0);
	assert_string_equal(text_string(&t), expected);
	text_done(&t);
}

static void a_line_comes_where_it_was_said(void **state)
{
	(void)state;
	inserted("", 1, "new\n");
	inserted("a\nb\n", 1, "new\na\nb\n");
	inserted("a\nb\n", 2, "a\nnew\nb\n");
	inserted("a\nb\n", 3, "a\nb\nnew\n");
	inserted("a\nb", 3, "a\nb\nnew\n");
	inserted("a\nb", 2, "a\nnew\nb");
	inserted("a\r\nb\r\n", 3, "a\r\nb\r\nnew\r\n");
}

static void replaced(const char *content, uint64_t line, const char *words,
		     const char *expected)
{
	struct text t = TEXT_NULL;

	assert_int_equal(
		file_edit_replace(&t, content, strlen(content), line, words),
		0);
	assert_string_equal(text_string(&t), expected);
	text_done(&t);
}

static void a_line_is_replaced_with_its_layout(void **state)
{
	(void)state;
	replaced("a\n\t b # c\nd\n", 2, "x", "a\n\t x\nd\n");
	replaced("a\nb", 2, "x", "a\nx");
	replaced("a\r\nb\r\n", 1, "x", "x\r\nb\r\n");
	replaced("a\nb\nc\n", 2, NULL, "a\nc\n");
}

static void what_is_not_there_is_an_error(void **state)
{
	struct text t = TEXT_NULL;

	(void)state;
	assert_int_equal(file_edit_insert(&t, "a\n", 2, 3, "x"), -ENOENT);
	assert_int_equal(file_edit_insert(&t, "a\n", 2, 0, "x"), -ENOENT);
	assert_int_equal(file_edit_replace(&t, "a\n", 2, 2, "x"), -ENOENT);
	assert_int_equal(file_edit_replace(&t, "a\n", 2, 0, "x"), -ENOENT);
	assert_int_equal(file_edit_replace(&t, "", 0, 1, "x"), -ENOENT);
	text_done(&t);
}

static void differs(const char *before, const char *after, const char *expected)
{
	struct text t = TEXT_NULL;

	file_edit_diff(&t, "/f", before, after);
	assert_true(text_ok(&t));
	assert_string_equal(text_string(&t), expected);
	text_done(&t);
}

/* As GNU diff 3.8 writes them, but for the times behind the names. */
static void a_diff_is_as_diff_writes_it(void **state)
{
	(void)state;
	differs("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
		"--- /f\n+++ /f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n"
		" 8\n");
	differs("a\nb\n", "a\nb\nc\n",
		"--- /f\n+++ /f\n@@ -1,2 +1,3 @@\n a\n b\n+c\n");
	differs(NULL, "a\n", "--- /dev/null\n+++ /f\n@@ -0,0 +1 @@\n+a\n");
	differs("a\n", "", "--- /f\n+++ /f\n@@ -1 +0,0 @@\n-a\n");
	differs("a", "a\nb\n",
		"--- /f\n+++ /f\n@@ -1 +1,2 @@\n-a\n\\ No newline at end of "
		"file\n+a\n+b\n");
	differs("same\n", "same\n", "--- /f\n+++ /f\n");
}

static void changes_far_apart_are_told_apart(void **state)
{
	(void)state;
	differs("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n",
		"2\n3\n4\n5\n6\n7\n8\n1\n9\n10\n",
		"--- /f\n+++ /f\n@@ -1,4 +1,3 @@\n-1\n 2\n 3\n 4\n"
		"@@ -6,5 +5,6 @@\n 6\n 7\n 8\n+1\n 9\n 10\n");
}

/* Where too much differs, all between is one change. */
static void a_new_content_is_told_whole(void **state)
{
	struct text before = TEXT_NULL, after = TEXT_NULL, t = TEXT_NULL;
	size_t lines = 0;

	(void)state;
	for (unsigned i = 0; i < 400; i++) {
		text_format(&before, "old %u\n", i);
		text_format(&after, "new %u\n", i);
	}
	file_edit_diff(&t, "/f", text_string(&before), text_string(&after));
	for (const char *s = text_string(&t); *s; s++)
		lines += *s == '\n';
	assert_int_equal(lines, 803);
	text_done(&before);
	text_done(&after);
	text_done(&t);
}

static void a_change_knows_its_first_line(void **state)
{
	struct fix_plan plan = { .arena = arena_new() };
	struct fix_planning p = { .plan = &plan };
	struct fix_candidate c = { 0 };
	struct fix_change *f;

	(void)state;
	f = file_edit_change(&p, &c, false, "/etc/hosts.allow", "a\nb\n",
			     "a\nc\n");
	assert_non_null(f);
	assert_int_equal(f->kind, CHANGE_FILE);
	assert_int_equal(f->file.line, 2);
	assert_string_equal(f->file.after, "a\nc\n");
	assert_int_equal(c.now_count, 1);
	f = file_edit_change(&p, &c, true, "/new", NULL, "a\n");
	assert_non_null(f);
	assert_null(f->file.before);
	assert_int_equal(f->file.mode, 0644);
	assert_int_equal(c.lasting_count, 1);
	arena_free(plan.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_comes_where_it_was_said),
		cmocka_unit_test(a_line_is_replaced_with_its_layout),
		cmocka_unit_test(what_is_not_there_is_an_error),
		cmocka_unit_test(a_diff_is_as_diff_writes_it),
		cmocka_unit_test(changes_far_apart_are_told_apart),
		cmocka_unit_test(a_new_content_is_told_whole),
		cmocka_unit_test(a_change_knows_its_first_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
