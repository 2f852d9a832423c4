#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "planning.h"

static const struct tree_file telnet[] = {
	{ "/run/systemd/system", "", 0 },
	{ "/etc/systemd/system/", "telnet.socket", 0 },
	{ "/etc/systemd/system/telnet.socket",
	  "[Socket]\nListenStream=23\nAccept=yes\n", 0 },
	{ NULL, NULL, 0 },
};

static void a_socket_that_is_off_is_started_and_kept(void **state)
{
	struct planning t;
	struct culprit *k;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, telnet);
	t.plan.ask.port = 23;
	k = planning_culprit(&t, CULPRIT_CONFIG_LINE, "telnet.socket");
	culprit_text(k, t.record->arena, "file",
		     "/etc/systemd/system/telnet.socket");
	c = planning_make(&t, "systemd-socket-stopped", k);
	assert_non_null(c);
	assert_string_equal(planning_words(&t, c->now[0].run.argv),
			    "systemctl start telnet.socket");
	assert_string_equal(planning_words(&t, c->now[0].run.undo),
			    "systemctl stop telnet.socket");
	assert_string_equal(planning_words(&t, c->lasting[0].run.argv),
			    "systemctl enable telnet.socket");
	assert_int_equal(c->lasts, FIX_LASTS_YES);
	assert_false(c->effect.lets_through);
	planning_end(&t);
}

static void a_service_is_found_by_its_port(void **state)
{
	static const struct tree_file files[] = {
		{ "/run/systemd/system", "", 0 },
		{ "/lib/systemd/system/ssh.service", "[Service]\n", 0 },
		{ "/etc/systemd/system/multi-user.target.wants/ssh.service",
		  "->/lib/systemd/system/ssh.service", 0 },
		{ "/etc/systemd/system/", "multi-user.target.wants", 0 },
		{ "/etc/systemd/system/multi-user.target.wants/", "ssh.service",
		  0 },
		{ "/lib/systemd/system/", "ssh.service", 0 },
		{ NULL, NULL, 0 },
	};
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, files);
	c = planning_make(&t, "no-listener",
			  planning_culprit(&t, CULPRIT_SOCKET, "tcp/22"));
	assert_non_null(c);
	assert_string_equal(planning_words(&t, c->now[0].run.argv),
			    "systemctl start ssh.service");
	assert_int_equal(c->lasting_count, 0);
	planning_end(&t);
}

static void nobody_known_is_said(void **state)
{
	static const struct tree_file files[] = { { NULL, NULL, 0 } };
	struct planning t;

	(void)state;
	planning_begin(&t, files);
	assert_null(
		planning_make(&t, "no-listener",
			      planning_culprit(&t, CULPRIT_SOCKET, "tcp/22")));
	assert_true(t.plan.remark_count);
	planning_end(&t);
}

static const struct fix_candidate *process(struct planning *t,
					   const char *cause, const char *state)
{
	struct culprit *k = planning_culprit(t, CULPRIT_PROCESS, "mine");

	culprit_text(k, t->record->arena, "program", "mine");
	culprit_text(k, t->record->arena, "state", state);
	culprit_number(k, "pid", 77);
	return planning_make(t, cause, k);
}

static void a_stopped_process_goes_on(void **state)
{
	static const struct tree_file files[] = { { "/etc/init.d/mine", "", 0 },
						  { NULL, NULL, 0 } };
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, files);
	c = process(&t, "service-hung", "T");
	assert_non_null(c);
	assert_string_equal(planning_words(&t, c->now[0].run.argv),
			    "kill -CONT 77");
	assert_string_equal(planning_words(&t, c->now[0].run.undo),
			    "kill -STOP 77");
	/* The near misses: a tracer holds it; it is not stopped. */
	assert_null(process(&t, "service-hung", "t"));
	c = process(&t, "service-hung", "S");
	assert_non_null(c);
	assert_string_equal(planning_words(&t, c->now[0].run.argv),
			    "/etc/init.d/mine restart");
	assert_true(c->now[0].run.is_restart);
	planning_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_socket_that_is_off_is_started_and_kept),
		cmocka_unit_test(a_service_is_found_by_its_port),
		cmocka_unit_test(nobody_known_is_said),
		cmocka_unit_test(a_stopped_process_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
