#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/processes.h"
#include "tree.h"

static const char names[] = "1\0=init\0"
			    "7\0!\0"
			    "20\0=a b\0"
			    "../1\0=bad\0"
			    "30\0=lost";

static const struct tree_file host[] = {
	{ "processes comm", names, sizeof(names) },
	{ "processes ns/net", "1", 1 },
	{ NULL, NULL, 0 },
};

static void each_has_what_was_read_of_it(void **state)
{
	struct text all = TEXT_NULL;
	struct processes_one p;
	struct tree tree;
	size_t at = 0;

	(void)state;
	tree_use(&tree, host);
	assert_int_equal(processes_read("comm", &all), 0);
	assert_true(processes_next(&all, &at, &p));
	assert_string_equal(p.pid, "1");
	assert_string_equal(p.what, "init");
	assert_true(processes_next(&all, &at, &p));
	assert_string_equal(p.pid, "7");
	assert_null(p.what);
	assert_true(processes_next(&all, &at, &p));
	assert_string_equal(p.what, "a b");
	reader_use(NULL);
	text_done(&all);
}

static void what_is_no_process_ends_them(void **state)
{
	struct text all = TEXT_NULL;
	struct processes_one p;
	struct tree tree;
	size_t at = 0;

	(void)state;
	tree_use(&tree, host);
	assert_int_equal(processes_read("comm", &all), 0);
	for (int i = 0; i < 3; i++)
		assert_true(processes_next(&all, &at, &p));
	assert_false(processes_next(&all, &at, &p));
	text_clear(&all);
	at = 0;
	assert_int_equal(processes_read("ns/net", &all), 0);
	assert_false(processes_next(&all, &at, &p));
	reader_use(NULL);
	text_done(&all);
}

static void this_process_is_one_of_them(void **state)
{
	struct text all = TEXT_NULL;
	struct processes_one p;
	char own[16], link[64];
	bool is_found = false;
	size_t at = 0;
	ssize_t len = readlink("/proc/self/ns/net", link, sizeof(link) - 1);

	(void)state;
	assert_true(len > 0);
	link[len] = '\0';
	(void)snprintf(own, sizeof(own), "%d", (int)getpid());
	assert_int_equal(processes_read("ns/net", &all), 0);
	while (processes_next(&all, &at, &p))
		is_found = is_found || (!strcmp(p.pid, own) && p.what &&
					!strcmp(p.what, link));
	assert_true(is_found);
	text_done(&all);
}

static void nothing_else_is_answered(void **state)
{
	struct text all = TEXT_NULL;

	(void)state;
	assert_int_equal(processes_answer("environ", &all), -EACCES);
	assert_int_equal(processes_answer("comm ", &all), -EACCES);
	assert_int_equal(all.len, 0);
	text_done(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_what_was_read_of_it),
		cmocka_unit_test(what_is_no_process_ends_them),
		cmocka_unit_test(this_process_is_one_of_them),
		cmocka_unit_test(nothing_else_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
