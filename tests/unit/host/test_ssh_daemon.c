#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

static struct ssh_daemon_ports ports_of(const char *text)
{
	struct ssh_daemon_ports p = { 0 };

	ssh_daemon_ports_read(&p, text, strlen(text));
	return p;
}

static void a_file_without_a_port_asks_for_22(void **state)
{
	struct ssh_daemon_ports p = ports_of("#Port 2222\nUsePAM yes\n"
					     "ListenAddress ::\n"
					     "ListenAddress 0.0.0.0\n");

	(void)state;
	assert_false(p.is_unsure);
	assert_true(ssh_daemon_ports_has(&p, 22));
	assert_false(ssh_daemon_ports_has(&p, 2222));
}

static void each_line_adds_a_port(void **state)
{
	struct ssh_daemon_ports p =
		ports_of(" port 2222\r\nPORT=22022 # more\nPort\t= 443");

	(void)state;
	assert_false(p.is_unsure);
	assert_int_equal(p.count, 3);
	assert_true(ssh_daemon_ports_has(&p, 2222));
	assert_true(ssh_daemon_ports_has(&p, 22022));
	assert_true(ssh_daemon_ports_has(&p, 443));
	assert_false(ssh_daemon_ports_has(&p, 22));
}

static void what_is_not_understood_is_not_told(void **state)
{
	static const char *const texts[] = {
		"Port \"22\"\n",
		"Port ssh\n",
		"Port 0\n",
		"Port 65536\n",
		"Port 222222222222\n",
		"Port\n",
		"ListenAddress 10.0.0.1:2222\n",
		"ListenAddress [::]:2222\n",
		"Include /etc/ssh/more\n",
		"Include /etc/ssh/sshd_config.d/*.conf.local\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_true(ports_of(texts[i]).is_unsure);
}

static void the_folder_of_the_distributions_is_read_too(void **state)
{
	struct ssh_daemon_ports p =
		ports_of("Include /etc/ssh/sshd_config.d/*.conf\n");

	(void)state;
	assert_true(p.has_folder);
	assert_false(p.is_unsure);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			started_without_a_file_of_its_own_it_is_the_usual_one),
		cmocka_unit_test(
			with_a_file_an_option_or_a_port_it_may_be_a_second_one),
		cmocka_unit_test(a_session_or_another_program_is_none),
		cmocka_unit_test(a_file_without_a_port_asks_for_22),
		cmocka_unit_test(each_line_adds_a_port),
		cmocka_unit_test(what_is_not_understood_is_not_told),
		cmocka_unit_test(the_folder_of_the_distributions_is_read_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
