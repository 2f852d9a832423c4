#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>

#include "host/libwrap_user.h"
#include "host/superservers.h"
#include "tree.h"

static const char inetd_line[] = "/usr/sbin/inetd\0-R\0"
				 "40\0/etc/my.conf";
static const char xinetd_line[] = "xinetd\0-dontfork\0-f\0/etc/xinetd.lab";
static const char wrapped_line[] = "inetd\0-il";
static const char sshd_line[] = "sshd: /usr/sbin/sshd -D [listener]";

static const char names[] = "1\0=init\0"
			    "12\0=inetd\0"
			    "20\0=xinetd\0"
			    "30\0=inetd\0"
			    "40\0=sshd";

static const struct tree_file host[] = {
	{ "processes comm", names, sizeof(names) },
	{ "/proc/1/comm", "init\n", 0 },
	{ "/proc/12/comm", "inetd\n", 0 },
	{ "/proc/12/cmdline", inetd_line, sizeof(inetd_line) },
	{ "/proc/12/maps", "7f00-7f01 r--p 0 00:00 9 /usr/lib/libwrap.so.0\n",
	  0 },
	{ "/proc/20/comm", "xinetd\n", 0 },
	{ "/proc/20/cmdline", xinetd_line, sizeof(xinetd_line) },
	{ "/proc/20/maps", "7f00-7f01 r--p 0 00:00 9 /usr/lib/libc.so.6\n", 0 },
	{ "/proc/30/comm", "inetd\n", 0 },
	{ "/proc/30/cmdline", wrapped_line, sizeof(wrapped_line) },
	{ "/proc/30/maps", "7f00-7f01 r--p 0 00:00 9 /usr/lib/libwrap.so.0\n",
	  0 },
	{ "/proc/40/comm", "sshd\n", 0 },
	{ "/proc/40/cmdline", sshd_line, sizeof(sshd_line) },
	{ "/proc/40/maps", "7f00-7f01 r--p 0 00:00 9 /usr/lib/libwrap.so.0\n",
	  0 },
	{ "/etc/my.conf", "#ftp stream tcp nowait root /usr/sbin/ftpd\n", 0 },
	{ "/etc/xinetd.lab", "includedir /etc/x.d\ninclude /etc/xinetd.lab\n",
	  0 },
	{ "/etc/x.d/", "b a.rpmsave a c~", 0 },
	{ "/etc/x.d/a", "service one\n{\nport = 1\n}\n", 0 },
	{ "/etc/x.d/b", "service two\n{\nport = 2\n}\n", 0 },
	{ "/etc/x.d/a.rpmsave", "service three\n{\n}\n", 0 },
	{ "/etc/x.d/c~", "service four\n{\n}\n", 0 },
	{ "/usr/sbin/tcpd", "", 0 },
	{ "/usr/sbin/script", "#!/bin/sh\n", 0 },
	{ NULL, NULL, 0 },
};

struct fixture {
	struct tree tree;
	struct arena *arena;
	struct problems *problems;
};

static int setup(void **state)
{
	static struct fixture f;

	tree_use(&f.tree, host);
	f.arena = arena_new();
	f.problems = problems_new();
	*state = &f;
	return f.arena && f.problems ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	reader_use(NULL);
	arena_free(f->arena);
	problems_free(f->problems);
	return 0;
}

static const struct superserver *of(void **state, int pid)
{
	struct fixture *f = *state;
	const struct superserver *s;

	assert_int_equal(superservers_of(&s, f->arena, pid), 0);
	return s;
}

static void those_that_run_are_found(void **state)
{
	struct fixture *f = *state;
	const struct superserver *s;
	size_t count = 0;

	assert_int_equal(superservers_find(&s, f->arena), 0);
	for (; s; s = s->next)
		count++;
	assert_int_equal(count, 3);
	assert_null(of(state, 1));
	assert_null(of(state, 99));
}

static void their_files_stand_in_their_arguments(void **state)
{
	assert_string_equal(of(state, 12)->conf, "/etc/my.conf");
	assert_string_equal(of(state, 20)->conf, "/etc/xinetd.lab");
	assert_string_equal(of(state, 30)->conf, "/etc/inetd.conf");
}

static void inetd_asks_libwrap_only_when_told_to(void **state)
{
	assert_false(of(state, 12)->asks_libwrap);
	assert_false(of(state, 20)->asks_libwrap);
	assert_true(of(state, 30)->asks_libwrap);
}

static void services_are_read_from_there(void **state)
{
	struct fixture *f = *state;
	const struct inetd_service *i;
	const struct xinetd_service *x;

	assert_int_equal(
		superservers_inetd(of(state, 12), f->arena, f->problems, &i),
		0);
	assert_true(i->is_off && i->port == 21);
	assert_int_equal(
		superservers_xinetd(of(state, 20), f->arena, f->problems, &x),
		0);
	assert_string_equal(x->name, "one");
	assert_string_equal(x->file, "/etc/x.d/a");
	assert_string_equal(x->next->name, "two");
}

static void a_file_that_includes_itself_ends(void **state)
{
	struct fixture *f = *state;
	const struct xinetd_service *x;
	size_t count = 0;

	assert_int_equal(
		superservers_xinetd(of(state, 20), f->arena, f->problems, &x),
		0);
	for (; x; x = x->next)
		count++;
	assert_true(count < 64);
	assert_true(problems_count(f->problems) > 0);
}

static void a_process_is_named_as_libwrap_knows_it(void **state)
{
	struct libwrap_process p;

	(void)state;
	assert_int_equal(libwrap_user_process(40, &p), 0);
	assert_int_equal(p.use, LIBWRAP_USER_YES);
	assert_string_equal(p.daemon, "sshd");
	assert_int_equal(libwrap_user_process(20, &p), 0);
	assert_int_equal(p.use, LIBWRAP_USER_NO);
	assert_int_equal(libwrap_user_process(12, &p), 0);
	assert_int_equal(p.use, LIBWRAP_USER_IDLE);
}

static void a_file_tells_by_its_name_or_its_libraries(void **state)
{
	enum libwrap_user use;

	(void)state;
	assert_int_equal(libwrap_user_file("/usr/sbin/tcpd", &use), 0);
	assert_int_equal(use, LIBWRAP_USER_YES);
	assert_int_equal(libwrap_user_file("/usr/sbin/script", &use), 0);
	assert_int_equal(use, LIBWRAP_USER_UNKNOWN);
	assert_int_equal(libwrap_user_file("/usr/sbin/none", &use), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(those_that_run_are_found, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			their_files_stand_in_their_arguments, setup, teardown),
		cmocka_unit_test_setup_teardown(
			inetd_asks_libwrap_only_when_told_to, setup, teardown),
		cmocka_unit_test_setup_teardown(services_are_read_from_there,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_file_that_includes_itself_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_process_is_named_as_libwrap_knows_it, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_file_tells_by_its_name_or_its_libraries, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
