#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <string.h>

#include "net/inetd_conf.h"

struct fixture {
	struct arena *arena;
	struct problems *problems;
	const struct inetd_service *first;
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){ arena_new(), problems_new(), NULL };
	*state = &f;
	return f.arena && f.problems ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	arena_free(f->arena);
	problems_free(f->problems);
	return 0;
}

static const struct inetd_service *read_text(void **state, const char *text)
{
	struct fixture *f = *state;

	assert_int_equal(inetd_conf_read(&f->first, f->arena, "inetd.conf",
					 text, strlen(text), f->problems),
			 0);
	return f->first;
}

static uint64_t complaints(void **state)
{
	struct fixture *f = *state;

	return problems_count(f->problems);
}

static void a_service_behind_tcpd_is_named_as_libwrap_does(void **state)
{
	const struct inetd_service *s = read_text(
		state,
		"# comment\n"
		"telnet\tstream\ttcp\tnowait\ttelnetd\t/usr/sbin/tcpd\t/usr/sbin/in.telnetd -h\n");

	assert_non_null(s);
	assert_int_equal(s->line, 2);
	assert_true(s->has_port);
	assert_int_equal(s->port, 23);
	assert_int_equal(s->protocol, IPPROTO_TCP);
	assert_true(s->is_wrapped);
	assert_string_equal(s->daemon, "in.telnetd");
	assert_string_equal(s->server, "/usr/sbin/in.telnetd");
	assert_true(s->takes_v4 && s->takes_v6);
	assert_false(s->is_off);
	assert_null(s->next);
	assert_int_equal(complaints(state), 0);
}

static void what_is_commented_out_is_off(void **state)
{
	const struct inetd_service *s = read_text(
		state,
		"#telnet stream tcp nowait root /usr/sbin/tcpd in.telnetd\n"
		"#<off># time dgram udp wait root internal\n"
		"## discard\t\tstream\ttcp6\tnowait\troot\tinternal\n"
		"# service is a stream of words that wait for tcp\n"
		"#:STANDARD: These are standard services.\n");

	assert_true(s->is_off);
	assert_int_equal(s->port, 23);
	assert_string_equal(s->server, "/usr/sbin/in.telnetd");
	s = s->next;
	assert_true(s->is_off && s->is_internal && s->waits);
	assert_int_equal(s->line, 2);
	assert_int_equal(s->port, 37);
	s = s->next;
	assert_true(s->takes_v6 && !s->takes_v4);
	assert_null(s->next);
	assert_int_equal(complaints(state), 0);
}

static void addresses_and_numbers_are_read(void **state)
{
	const struct inetd_service *s = read_text(
		state, "10.0.0.1:5555 stream tcp4 nowait.40 root /usr/bin/x x\n"
		       "[::1]:79 stream tcp6 nowait root\n"
		       "   /usr/bin/y y -z\n"
		       "127.0.0.1:\n"
		       "http stream tcp nowait root /usr/bin/w\n");

	assert_string_equal(s->address, "10.0.0.1");
	assert_int_equal(s->port, 5555);
	assert_false(s->waits || s->takes_v6);
	s = s->next;
	assert_string_equal(s->address, "::1");
	assert_int_equal(s->line, 2);
	assert_string_equal(s->program, "/usr/bin/y");
	s = s->next;
	assert_string_equal(s->address, "127.0.0.1");
	assert_int_equal(s->port, 80);
	assert_string_equal(s->daemon, "w");
}

static void what_inetd_skips_is_a_problem(void **state)
{
	(void)read_text(state, "telnet stream tcp nowait root\n"
			       "nosuchservice stream tcp nowait root /bin/x\n"
			       "telnet strema tcp nowait root /bin/x\n");
	assert_int_equal(complaints(state), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_service_behind_tcpd_is_named_as_libwrap_does, setup,
			teardown),
		cmocka_unit_test_setup_teardown(what_is_commented_out_is_off,
						setup, teardown),
		cmocka_unit_test_setup_teardown(addresses_and_numbers_are_read,
						setup, teardown),
		cmocka_unit_test_setup_teardown(what_inetd_skips_is_a_problem,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
