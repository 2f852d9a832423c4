#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "planning.h"

static const struct culprit *line(struct planning *t, const char *text,
				  const char *file, int number)
{
	struct culprit *c = planning_culprit(t, CULPRIT_CONFIG_LINE, text);

	culprit_text(c, t->record->arena, "file", file);
	culprit_number(c, "line", number);
	return c;
}

static void a_line_of_inetd_is_switched_on(void **state)
{
	static const struct tree_file files[] = {
		{ "processes comm", "40\0=inetd", 9 },
		{ "/proc/40/comm", "inetd\n", 0 },
		{ "/proc/40/cmdline", "inetd", 0 },
		{ "/etc/inetd.conf",
		  "# the usual\n#<off># ssh stream tcp nowait root "
		  "/usr/sbin/sshd sshd -i\n",
		  0 },
		{ NULL, NULL, 0 },
	};
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, files);
	c = planning_make(&t, "inetd-service-disabled",
			  line(&t, "#<off># ssh stream", "/etc/inetd.conf", 2));
	assert_non_null(c);
	assert_string_equal(c->now[0].file.after,
			    "# the usual\nssh stream tcp nowait root "
			    "/usr/sbin/sshd sshd -i\n");
	assert_string_equal(planning_words(&t, c->now[1].run.argv),
			    "kill -HUP 40");
	planning_end(&t);
}

static void what_is_no_service_is_not_switched_on(void **state)
{
	static const struct tree_file files[] = {
		{ "/etc/inetd.conf", "# ssh is elsewhere\n", 0 },
		{ NULL, NULL, 0 },
	};
	struct planning t;

	(void)state;
	planning_begin(&t, files);
	assert_null(planning_make(&t, "inetd-service-disabled",
				  line(&t, "# ssh", "/etc/inetd.conf", 1)));
	assert_true(t.plan.remark_count);
	planning_end(&t);
}

static const struct fix_candidate *lists(struct planning *t, const char *conf,
					 const char *attribute, int number)
{
	static struct tree_file files[2];

	files[0] = (struct tree_file){ "/etc/xinetd.conf", conf, 0 };
	planning_begin(t, files);
	return planning_make(t, "xinetd-only-from",
			     line(t, attribute, "/etc/xinetd.conf", number));
}

static void the_client_comes_to_the_service_s_own_list(void **state)
{
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	c = lists(&t,
		  "service ssh\n{\n\tsocket_type = stream\n\twait = no\n"
		  "\tonly_from = 10.9.0.0/16\n\tserver = /usr/sbin/sshd\n}\n",
		  "only_from", 5);
	assert_non_null(c);
	assert_string_equal(
		c->now[0].file.after,
		"service ssh\n{\n\tsocket_type = stream\n\twait = no\n"
		"\tonly_from = 10.9.0.0/16 10.1.0.7\n"
		"\tserver = /usr/sbin/sshd\n}\n");
	assert_true(c->effect.is_exact);
	planning_end(&t);
}

/* What stands in the defaults is for all services. */
static void a_list_for_all_services_is_left_alone(void **state)
{
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	c = lists(&t,
		  "defaults\n{\n\tonly_from = 10.9.0.0/16\n}\n"
		  "service ssh\n{\n\tsocket_type = stream\n\twait = no\n"
		  "\tserver = /usr/sbin/sshd\n}\n",
		  "only_from", 3);
	assert_non_null(c);
	assert_string_equal(c->now[0].file.after,
			    "defaults\n{\n\tonly_from = 10.9.0.0/16\n}\n"
			    "service ssh\n{\n\tonly_from += 10.1.0.7\n"
			    "\tsocket_type = stream\n\twait = no\n"
			    "\tserver = /usr/sbin/sshd\n}\n");
	planning_end(&t);
}

static void a_word_of_no_access_goes_and_a_net_of_it_stays(void **state)
{
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	c = lists(&t,
		  "service ssh\n{\n\tsocket_type = stream\n\twait = no\n"
		  "\tno_access = 10.1.0.7 10.2.0.0/16\n"
		  "\tserver = /usr/sbin/sshd\n}\n",
		  "no_access", 5);
	assert_non_null(c);
	assert_non_null(
		strstr(c->now[0].file.after, "\tno_access = 10.2.0.0/16\n"));
	planning_end(&t);

	c = lists(&t,
		  "service ssh\n{\n\tsocket_type = stream\n\twait = no\n"
		  "\tno_access = 10.1.0.0/16\n\tserver = /usr/sbin/sshd\n}\n",
		  "no_access", 5);
	assert_null(c);
	assert_true(t.plan.remark_count);
	planning_end(&t);
}

static void a_program_that_moved_is_named_where_it_is(void **state)
{
	static const struct tree_file files[] = {
		{ "/etc/inetd.conf",
		  "ssh stream tcp nowait root /opt/in.sshd in.sshd -i\n", 0 },
		{ "/usr/sbin/sshd", "", 0 },
		{ NULL, NULL, 0 },
	};
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, files);
	c = planning_make(&t, "inetd-bad-program",
			  line(&t, "ssh stream", "/etc/inetd.conf", 1));
	assert_non_null(c);
	assert_string_equal(
		c->now[0].file.after,
		"ssh stream tcp nowait root /usr/sbin/sshd in.sshd -i\n");
	planning_end(&t);
}

static void inetd_answers_by_the_other_transport_too(void **state)
{
	static const struct tree_file files[] = {
		{ "processes comm", "40\0=inetd", 9 },
		{ "/proc/40/comm", "inetd\n", 0 },
		{ "/proc/40/cmdline", "inetd", 0 },
		{ "/etc/inetd.conf",
		  "# the usual\n"
		  "echo dgram udp6 wait root internal\n"
		  "echo dgram udp wait nobody internal\n"
		  "tftp dgram udp wait root /usr/sbin/tftpd tftpd\n",
		  0 },
		{ NULL, NULL, 0 },
	};
	struct planning t;
	struct culprit *k;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, files);
	t.plan.ask.port = 7;
	k = planning_culprit(&t, CULPRIT_SOCKET, "udp *:7 inetd (pid 40)");
	culprit_text(k, t.record->arena, "program", "inetd");
	culprit_number(k, "pid", 40);
	culprit_number(k, "port", 7);
	c = planning_make(&t, "listener-udp-only", k);
	assert_non_null(c);
	assert_string_equal(c->now[0].file.after,
			    "# the usual\n"
			    "echo dgram udp6 wait root internal\n"
			    "echo dgram udp wait nobody internal\n"
			    "echo stream tcp nowait nobody internal\n"
			    "tftp dgram udp wait root /usr/sbin/tftpd tftpd\n");
	assert_string_equal(planning_words(&t, c->now[1].run.argv),
			    "kill -HUP 40");

	/* The near miss: a program of its own speaks UDP alone. */
	t.plan.ask.port = 69;
	assert_null(planning_make(&t, "listener-udp-only", k));
	planning_end(&t);
}

static const struct culprit *answer_from(struct planning *t, int port)
{
	struct culprit *k =
		planning_culprit(t, CULPRIT_SOCKET, "udp 10.0.0.5 port 7");

	culprit_text(k, t->record->arena, "address", "10.0.0.5");
	culprit_number(k, "port", port);
	return k;
}

static void inetd_is_bound_to_the_address_that_is_asked(void **state)
{
	static const struct tree_file files[] = {
		{ "processes comm", "40\0=inetd", 9 },
		{ "/proc/40/comm", "inetd\n", 0 },
		{ "/proc/40/cmdline", "inetd", 0 },
		{ "/etc/inetd.conf",
		  "*:echo dgram udp wait root internal\n"
		  "10.0.0.3:daytime dgram udp wait root internal\n",
		  0 },
		{ NULL, NULL, 0 },
	};
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, files);
	t.plan.ask.protocol = IPPROTO_UDP;
	t.plan.ask.port = 7;
	c = planning_make(&t, "udp-reply-wrong-source", answer_from(&t, 7));
	assert_non_null(c);
	assert_string_equal(c->now[0].file.after,
			    "*:echo dgram udp wait root internal\n"
			    "10.0.0.2:echo dgram udp wait root internal\n"
			    "10.0.0.3:daytime dgram udp wait root internal\n");
	assert_string_equal(planning_words(&t, c->now[1].run.argv),
			    "kill -HUP 40");

	/* The near misses: another port answered, so it is a program of its
	 * own; the line has an address already. */
	assert_null(planning_make(&t, "udp-reply-wrong-source",
				  answer_from(&t, 4711)));
	t.plan.ask.port = 13;
	assert_null(planning_make(&t, "udp-reply-wrong-source",
				  answer_from(&t, 13)));
	planning_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inetd_is_bound_to_the_address_that_is_asked),
		cmocka_unit_test(inetd_answers_by_the_other_transport_too),
		cmocka_unit_test(a_line_of_inetd_is_switched_on),
		cmocka_unit_test(what_is_no_service_is_not_switched_on),
		cmocka_unit_test(the_client_comes_to_the_service_s_own_list),
		cmocka_unit_test(a_list_for_all_services_is_left_alone),
		cmocka_unit_test(
			a_word_of_no_access_goes_and_a_net_of_it_stays),
		cmocka_unit_test(a_program_that_moved_is_named_where_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
