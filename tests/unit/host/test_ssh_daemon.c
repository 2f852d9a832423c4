#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/ssh_daemon.h"

#define STATE " [listener] 0 of 10-100 startups"

static void started_without_a_file_of_its_own_it_is_the_usual_one(void **state)
{
	(void)state;
	assert_true(ssh_daemon_is_usual_line("sshd: /usr/sbin/sshd" STATE));
	assert_true(
		ssh_daemon_is_usual_line("sshd: /usr/sbin/sshd -D -e" STATE));
}

static void with_a_file_an_option_or_a_port_it_may_be_a_second_one(void **state)
{
	(void)state;
	assert_false(ssh_daemon_is_usual_line(
		"sshd: /usr/sbin/sshd -D -f /etc/ssh/other" STATE));
	assert_false(
		ssh_daemon_is_usual_line("sshd: /usr/sbin/sshd -p 2222" STATE));
	assert_false(
		ssh_daemon_is_usual_line("sshd: /usr/sbin/sshd -Dp22" STATE));
	assert_false(ssh_daemon_is_usual_line(
		"sshd: /usr/sbin/sshd -oPort=2222" STATE));
}

static void a_session_or_another_program_is_none(void **state)
{
	(void)state;
	assert_false(ssh_daemon_is_usual_line(""));
	assert_false(ssh_daemon_is_usual_line("sshd: anna@pts/0"));
	assert_false(ssh_daemon_is_usual_line("sshd: /usr/sbin/sshd -D"));
	assert_false(ssh_daemon_is_usual_line("/usr/sbin/sshd" STATE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			started_without_a_file_of_its_own_it_is_the_usual_one),
		cmocka_unit_test(
			with_a_file_an_option_or_a_port_it_may_be_a_second_one),
		cmocka_unit_test(a_session_or_another_program_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
