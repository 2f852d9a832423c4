/* Files replaced whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/text.h"
#include "fix/replace.h"

static char folder[] = "/tmp/kiriwake-replace-XXXXXX";

static int enter(void **state)
{
	(void)state;
	return mkdtemp(folder) && !chdir(folder) ? 0 : -1;
}

static int leave(void **state)
{
	(void)state;
	return chdir("/") || rmdir(folder);
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int count_names(void)
{
	DIR *d = opendir(".");
	int count = 0;

	assert_non_null(d);
	while (readdir(d))
		count++;
	assert_int_equal(closedir(d), 0);
	return count - 2;
}

static void mode_owner_and_attributes_stay(void **state)
{
	struct stat st;
	char value[8] = "";
	bool has_attributes;

	(void)state;
	put("a", "old\n");
	assert_int_equal(chmod("a", 02640), 0);
	if (!geteuid())
		assert_int_equal(chown("a", 12, 34), 0);
	assert_int_equal(chmod("a", 02640), 0);
	has_attributes = !setxattr("a", "user.note", "mine", 4, 0);
	assert_int_equal(replace_file("a", "old\n", "new\n", 0600), 0);
	assert_int_equal(replace_is("a", "new\n"), 1);
	assert_int_equal(replace_is("a", "old\n"), 0);
	assert_int_equal(stat("a", &st), 0);
	assert_int_equal(st.st_mode & 07777, 02640);
	if (!geteuid()) {
		assert_int_equal(st.st_uid, 12);
		assert_int_equal(st.st_gid, 34);
	}
	if (has_attributes) {
		assert_int_equal(getxattr("a", "user.note", value, 8), 4);
		assert_string_equal(value, "mine");
	}
	assert_int_equal(count_names(), 1);
	assert_int_equal(unlink("a"), 0);
}

static void a_symbolic_link_stays_one(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(mkdir("d", 0755), 0);
	put("d/real", "old\n");
	assert_int_equal(symlink("d/real", "link"), 0);
	assert_int_equal(replace_keeping("link", "old\n", "new\n", 0600), 0);
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(replace_is("d/real", "new\n"), 1);
	assert_int_equal(replace_back("link", "new\n", "old\n"), 0);
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(replace_is("d/real", "old\n"), 1);
	assert_int_equal(unlink("link"), 0);
	assert_int_equal(unlink("d/real"), 0);
	assert_int_equal(rmdir("d"), 0);
}

static void what_was_not_expected_is_left_alone(void **state)
{
	(void)state;
	put("a", "other\n");
	assert_int_equal(replace_file("a", "old\n", "new\n", 0600), -ESTALE);
	assert_int_equal(replace_file("a", NULL, "new\n", 0600), -ESTALE);
	assert_int_equal(replace_file("a", "other", "new\n", 0600), -ESTALE);
	assert_int_equal(replace_file("none", "old\n", "new\n", 0600), -ESTALE);
	assert_int_equal(replace_file("a", "old\n", NULL, 0), -ESTALE);
	assert_int_equal(replace_is("a", "other\n"), 1);
	assert_int_equal(count_names(), 1);
	assert_int_equal(unlink("a"), 0);
}

static void a_new_file_comes_and_goes(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(replace_is("a", NULL), 1);
	assert_int_equal(replace_keeping("a", NULL, "new\n", 0640), 0);
	assert_int_equal(stat("a", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(replace_is("a", NULL), 0);
	assert_int_equal(replace_back("a", "new\n", "old\n"), -ENOENT);
	assert_int_equal(replace_file("a", "new\n", NULL, 0), 0);
	assert_int_equal(count_names(), 0);
	assert_int_equal(replace_file("no-folder/a", NULL, "x", 0600), -ENOENT);
}

static void going_back_gives_the_very_file(void **state)
{
	struct stat before, after;

	(void)state;
	put("a", "old\n");
	assert_int_equal(stat("a", &before), 0);
	assert_int_equal(replace_keeping("a", "old\n", "new\n", 0600), 0);
	assert_int_equal(count_names(), 2);
	assert_int_equal(replace_is(".a.kiriwake", "old\n"), 1);
	assert_int_equal(replace_back("a", "new\n", "old\n"), 0);
	assert_int_equal(stat("a", &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(replace_is("a", "old\n"), 1);
	assert_int_equal(count_names(), 1);
	assert_int_equal(unlink("a"), 0);
}

static void going_back_over_others_work_is_refused(void **state)
{
	(void)state;
	put("a", "old\n");
	assert_int_equal(replace_keeping("a", "old\n", "new\n", 0600), 0);
	put("a", "new\nand more\n");
	assert_int_equal(replace_back("a", "new\n", "old\n"), -ESTALE);
	assert_int_equal(replace_back("a", "new\n", "older\n"), -ENOENT);
	assert_int_equal(replace_is("a", "new\nand more\n"), 1);
	replace_forget("a");
	replace_forget("a");
	assert_int_equal(count_names(), 1);
	assert_int_equal(unlink("a"), 0);
}

static void what_a_crash_left_beside_is_no_hindrance(void **state)
{
	(void)state;
	put("a", "old\n");
	put(".a.kiriwake", "ne");
	assert_int_equal(replace_file("a", "old\n", "new\n", 0600), 0);
	assert_int_equal(replace_is("a", "new\n"), 1);
	assert_int_equal(count_names(), 1);
	assert_int_equal(unlink("a"), 0);
}

static void without(const char *now, const char *before, const char *after,
		    int wanted, const char *mended)
{
	struct text t = TEXT_NULL;

	assert_int_equal(replace_without(&t, now, before, after), wanted);
	assert_string_equal(text_string(&t), mended);
	text_done(&t);
}

static void ours_is_taken_out_of_others_work(void **state)
{
	(void)state;
	/* A line came. */
	without("x\na\nnew\nb\ny\n", "a\nb\n", "a\nnew\nb\n", 0,
		"x\na\nb\ny\n");
	/* One became another. */
	without("new\nx\nb\n", "a\nb\n", "new\nb\n", 0, "a\nx\nb\n");
	/* At the end, without a newline. */
	without("x\na\nnew", "a\n", "a\nnew", 0, "x\na\n");
}

static void what_is_gone_is_not_looked_for(void **state)
{
	(void)state;
	without("a\nb\nmine\n", "a\nb\n", "a\nnew\nb\n", 1, "");
	without("a\nb\nmine\n", "a\nb\n", "new\nb\n", 1, "");
}

static void near_misses_are_refused(void **state)
{
	(void)state;
	/* Twice; neither the old nor the new; only a part of a line. */
	without("new\na\nnew\n", "a\n", "a\nnew\n", -ENOENT, "");
	without("c\nb\n", "a\nb\n", "new\nb\n", -ENOENT, "");
	without("a\n# new\n", "b\na\n", "new\na\n", -ENOENT, "");
	/* Lines only went: nothing of ours to be found. */
	without("a\nmine\n", "a\nold\n", "a\n", -ENOENT, "");
	/* A new file that others have changed. */
	without("new\nmine\n", NULL, "new\n", -ENOENT, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mode_owner_and_attributes_stay),
		cmocka_unit_test(a_symbolic_link_stays_one),
		cmocka_unit_test(what_was_not_expected_is_left_alone),
		cmocka_unit_test(a_new_file_comes_and_goes),
		cmocka_unit_test(going_back_gives_the_very_file),
		cmocka_unit_test(going_back_over_others_work_is_refused),
		cmocka_unit_test(what_a_crash_left_beside_is_no_hindrance),
		cmocka_unit_test(ours_is_taken_out_of_others_work),
		cmocka_unit_test(what_is_gone_is_not_looked_for),
		cmocka_unit_test(near_misses_are_refused),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
