#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "planning.h"

static const struct fix_candidate *mend(struct planning *t, const char *allow,
					const char *deny)
{
	static struct tree_file files[3];
	struct culprit *k;
	size_t n = 0;

	memset(files, 0, sizeof(files));
	if (allow)
		files[n++] = (struct tree_file){ "/etc/hosts.allow", allow, 0 };
	if (deny)
		files[n++] = (struct tree_file){ "/etc/hosts.deny", deny, 0 };
	tree_use(&t->tree, files);
	k = planning_culprit(t, CULPRIT_WRAPPER_LINE, "ALL: ALL");
	culprit_text(k, t->record->arena, "file", "/etc/hosts.deny");
	culprit_number(k, "line", 1);
	culprit_text(k, t->record->arena, "daemon", "in.telnetd");
	return planning_make(t, "tcp-wrappers-deny", k);
}

static void becomes(const char *allow, const char *deny, const char *expected)
{
	struct planning t;
	const struct fix_candidate *c;

	planning_begin(&t, NULL);
	c = mend(&t, allow, deny);
	assert_non_null(c);
	assert_int_equal(c->now_count, 1);
	assert_int_equal(c->now[0].kind, CHANGE_FILE);
	assert_string_equal(c->now[0].file.path, "/etc/hosts.allow");
	assert_string_equal(c->now[0].file.after, expected);
	assert_true(c->effect.is_exact);
	assert_int_equal(c->lasts, FIX_LASTS_YES);
	planning_end(&t);
}

static void a_line_at_the_end_beats_hosts_deny(void **state)
{
	(void)state;
	becomes("# who may\nsshd: 10.0.0.0/255.0.0.0\n", "ALL: ALL\n",
		"# who may\nsshd: 10.0.0.0/255.0.0.0\nin.telnetd: 10.1.0.7\n");
	becomes(NULL, "in.telnetd: 10.1.\n", "in.telnetd: 10.1.0.7\n");
	becomes("", "ALL: PARANOID, 10.1.0.7\n", "in.telnetd: 10.1.0.7\n");
}

static void a_deny_in_hosts_allow_needs_the_line_above_it(void **state)
{
	(void)state;
	becomes("sshd: ALL\nin.telnetd: ALL: DENY\n", "",
		"sshd: ALL\nin.telnetd: 10.1.0.7\nin.telnetd: ALL: DENY\n");
}

/* It is not read as it stands, and must not begin to let others in. */
static void a_last_line_without_its_end_stays_out_of_force(void **state)
{
	(void)state;
	becomes("sshd: ALL\nALL: ALL", "ALL: ALL\n",
		"sshd: ALL\nin.telnetd: 10.1.0.7\nALL: ALL");
	becomes("sshd: 10.9.9.9 \\\n", "ALL: ALL\n",
		"in.telnetd: 10.1.0.7\nsshd: 10.9.9.9 \\\n");
}

static void a_network_and_ipv6_are_written_as_libwrap_reads_them(void **state)
{
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, NULL);
	t.plan.ask.for_whom = FIX_FOR_SUBNET;
	t.plan.ask.client = planning_address("10.1.0.0");
	t.plan.ask.client_prefix = 24;
	c = mend(&t, NULL, "ALL: ALL\n");
	assert_non_null(c);
	assert_string_equal(c->now[0].file.after,
			    "in.telnetd: 10.1.0.0/255.255.255.0\n");
	t.plan.ask.for_whom = FIX_FOR_CLIENT;
	t.plan.ask.client = planning_address("2001:db8::7");
	t.plan.ask.client_prefix = 128;
	c = mend(&t, NULL, "ALL: ALL\n");
	assert_non_null(c);
	assert_string_equal(c->now[0].file.after,
			    "in.telnetd: [2001:db8::7]\n");
	planning_end(&t);
}

static void everyone_is_not_called_exact(void **state)
{
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, NULL);
	t.plan.ask.for_whom = FIX_FOR_EVERYONE;
	c = mend(&t, NULL, "ALL: ALL\n");
	assert_non_null(c);
	assert_string_equal(c->now[0].file.after, "in.telnetd: ALL\n");
	assert_false(c->effect.is_exact);
	planning_end(&t);
}

static void who_is_let_in_by_now_needs_nothing(void **state)
{
	struct planning t;

	(void)state;
	planning_begin(&t, NULL);
	assert_null(mend(&t, "in.telnetd: 10.1.\n", "ALL: ALL\n"));
	assert_true(t.plan.remark_count);
	planning_end(&t);
}

static void a_program_s_name_that_is_two_words_is_refused(void **state)
{
	static const struct tree_file files[] = {
		{ "/etc/hosts.deny", "ALL: ALL\n", 0 }, { NULL, NULL, 0 }
	};
	struct planning t;
	struct culprit *k;

	(void)state;
	planning_begin(&t, files);
	k = planning_culprit(&t, CULPRIT_WRAPPER_LINE, "ALL: ALL");
	culprit_text(k, t.record->arena, "daemon", "ALL: ALL\nsshd");
	assert_null(planning_make(&t, "tcp-wrappers-deny", k));
	assert_true(t.plan.remark_count);
	planning_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_at_the_end_beats_hosts_deny),
		cmocka_unit_test(a_deny_in_hosts_allow_needs_the_line_above_it),
		cmocka_unit_test(
			a_last_line_without_its_end_stays_out_of_force),
		cmocka_unit_test(
			a_network_and_ipv6_are_written_as_libwrap_reads_them),
		cmocka_unit_test(everyone_is_not_called_exact),
		cmocka_unit_test(who_is_let_in_by_now_needs_nothing),
		cmocka_unit_test(a_program_s_name_that_is_two_words_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
