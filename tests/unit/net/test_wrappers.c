#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "net/wrappers.h"

static int read_file(void *with, const char *path, struct text *out)
{
	(void)with;
	if (strcmp(path, "/etc/friends") != 0)
		return strcmp(path, "/root/secret") != 0 ? -ENOENT : -EACCES;

	text_str(out, "192.168.7.0/24\n.friends.example\n");
	return 0;
}

static const struct wrappers_file none = { .state = WRAPPERS_MISSING,
					   .text = "" };

static struct wrappers_file file(const char *name, const char *text)
{
	if (!text)
		return none;

	return (struct wrappers_file){ .name = name,
				       .text = text,
				       .len = strlen(text) };
}

static struct wrappers_decision decide(const char *allow, const char *deny,
				       const char *client,
				       enum wrappers_name asked,
				       const char *name)
{
	struct wrappers_ask ask = { .daemon = "sshd",
				    .read = read_file,
				    .server_port = 22,
				    .client = { .asked = asked,
						.name = name } };
	struct wrappers_file a = file("hosts.allow", allow);
	struct wrappers_file d = file("hosts.deny", deny);
	struct wrappers_decision ret;

	assert_true(address_parse(&ask.client.address, client, strlen(client)));
	assert_true(address_parse(&ask.server.address, "10.1.0.1", 8));
	wrappers_decide(&ret, &a, &d, &ask);
	return ret;
}

static enum wrappers_answer answer(const char *allow, const char *deny)
{
	return decide(allow, deny, "10.1.0.7", WRAPPERS_NAME_NONE, NULL).answer;
}

static void without_files_everyone_is_let_in(void **state)
{
	struct wrappers_decision d =
		decide(NULL, NULL, "10.1.0.7", WRAPPERS_NAME_NONE, NULL);

	(void)state;
	assert_int_equal(d.answer, WRAPPERS_ALLOWED);
	assert_null(d.file);
}

static void the_first_line_that_matches_decides(void **state)
{
	struct wrappers_decision d = decide(
		"# who\nsshd: 10.1.0.8\n",
		"vsftpd: ALL\nsshd: \\\n 10.1. EXCEPT 10.1.0.9\nALL:ALL\n",
		"10.1.0.7", WRAPPERS_NAME_NONE, NULL);

	(void)state;
	assert_int_equal(d.answer, WRAPPERS_DENIED);
	assert_string_equal(d.file, "hosts.deny");
	assert_int_equal(d.line, 2);
	assert_int_equal(d.last_line, 3);
	assert_string_equal(d.text, "sshd:  10.1. EXCEPT 10.1.0.9");
	assert_int_equal(answer("ALL: 10.1.0.7\n", "ALL: ALL\n"),
			 WRAPPERS_ALLOWED);
}

static void exceptions_are_nested_to_the_right(void **state)
{
	(void)state;
	assert_int_equal(
		answer(NULL, "ALL: 10. EXCEPT 10.1. EXCEPT 10.1.0.7\n"),
		WRAPPERS_DENIED);
	assert_int_equal(answer(NULL, "ALL: 10. EXCEPT 10.1.\n"),
			 WRAPPERS_ALLOWED);
	assert_int_equal(answer(NULL, "ALL EXCEPT sshd: ALL\n"),
			 WRAPPERS_ALLOWED);
}

static void a_last_line_without_newline_refuses_everyone(void **state)
{
	struct wrappers_decision d = decide(NULL, "vsftpd: 1.2.3.4", "10.1.0.7",
					    WRAPPERS_NAME_NONE, NULL);

	(void)state;
	assert_int_equal(d.answer, WRAPPERS_DENIED);
	assert_true(d.is_broken);
	assert_int_equal(d.line, 1);
	/* In hosts.allow it only counts for nothing. */
	assert_int_equal(answer("sshd: ALL", "sshd: ALL\n"), WRAPPERS_DENIED);
}

static void options_may_turn_a_file_round(void **state)
{
	struct wrappers_decision d;

	(void)state;
	assert_int_equal(answer("sshd: ALL: DENY\n", NULL), WRAPPERS_DENIED);
	assert_int_equal(answer(NULL, "sshd: ALL: ALLOW\n"), WRAPPERS_ALLOWED);
	assert_int_equal(answer("sshd: ALL: nosuch\n", NULL), WRAPPERS_DENIED);
	assert_int_equal(answer("sshd: ALL:\n", NULL), WRAPPERS_DENIED);
	assert_int_equal(answer("sshd: ALL: umask 999\n", NULL),
			 WRAPPERS_DENIED);

	d = decide(NULL, "sshd: ALL: spawn (x) &: twist /bin/echo no\n",
		   "10.1.0.7", WRAPPERS_NAME_NONE, NULL);
	assert_int_equal(d.answer, WRAPPERS_TWISTED);
	assert_int_equal(d.effects, WRAPPERS_SPAWNS | WRAPPERS_TWISTS);
}

static void a_command_that_judges_is_not_guessed(void **state)
{
	struct wrappers_decision d =
		decide(NULL, "sshd: ALL: aclexec /bin/look %a\n", "10.1.0.7",
		       WRAPPERS_NAME_NONE, NULL);

	(void)state;
	assert_int_equal(d.answer, WRAPPERS_UNKNOWN);
	assert_int_equal(d.why, WRAPPERS_COMMAND);
	/* Nothing would refuse the client after it. */
	assert_int_equal(answer("sshd: ALL: aclexec x\nALL: ALL: DENY\n", NULL),
			 WRAPPERS_ALLOWED);
}

static void names_are_needed_only_where_they_count(void **state)
{
	struct wrappers_decision d =
		decide("sshd: .example.org\n", "ALL: ALL\n", "10.1.0.7",
		       WRAPPERS_NAME_NOT_ASKED, NULL);

	(void)state;
	assert_int_equal(d.answer, WRAPPERS_UNKNOWN);
	assert_int_equal(d.why, WRAPPERS_CLIENT_NAME);
	assert_int_equal(d.line, 1);
	d = decide("sshd: 10.1.0.7 .example.org\n", "ALL: ALL\n", "10.1.0.7",
		   WRAPPERS_NAME_NOT_ASKED, NULL);
	assert_int_equal(d.answer, WRAPPERS_ALLOWED);
	d = decide("sshd: .example.org\n", NULL, "10.1.0.7",
		   WRAPPERS_NAME_NOT_ASKED, NULL);
	assert_int_equal(d.answer, WRAPPERS_ALLOWED);
	d = decide("sshd: .example.org\n", "ALL: ALL\n", "10.1.0.7",
		   WRAPPERS_NAME_KNOWN, "pc.EXAMPLE.org");
	assert_int_equal(d.answer, WRAPPERS_ALLOWED);
}

static void the_words_for_names_are_known(void **state)
{
	static const struct {
		const char *pattern;
		enum wrappers_name asked;
		const char *name;
		enum wrappers_answer answer;
	} rows[] = {
		{ "KNOWN", WRAPPERS_NAME_KNOWN, "a.b", WRAPPERS_DENIED },
		{ "KNOWN", WRAPPERS_NAME_NONE, NULL, WRAPPERS_ALLOWED },
		{ "KNOWN", WRAPPERS_NAME_PARANOID, NULL, WRAPPERS_ALLOWED },
		{ "UNKNOWN", WRAPPERS_NAME_NONE, NULL, WRAPPERS_DENIED },
		{ "UNKNOWN", WRAPPERS_NAME_PARANOID, NULL, WRAPPERS_ALLOWED },
		{ "PARANOID", WRAPPERS_NAME_PARANOID, NULL, WRAPPERS_DENIED },
		{ "LOCAL", WRAPPERS_NAME_KNOWN, "pc", WRAPPERS_DENIED },
		{ "LOCAL", WRAPPERS_NAME_KNOWN, "pc.lab", WRAPPERS_ALLOWED },
		{ "LOCAL", WRAPPERS_NAME_NONE, NULL, WRAPPERS_ALLOWED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char deny[64] = "ALL: ";

		strcat(strcat(deny, rows[i].pattern), "\n");
		assert_int_equal(decide(NULL, deny, "10.1.0.7", rows[i].asked,
					rows[i].name)
					 .answer,
				 rows[i].answer);
	}
}

static void nets_match_as_libwrap_counts(void **state)
{
	(void)state;
	assert_int_equal(answer(NULL, "ALL: 10.1.0.0/24\n"), WRAPPERS_DENIED);
	assert_int_equal(answer(NULL, "ALL: 10.1.0.0/255.255.255.0\n"),
			 WRAPPERS_DENIED);
	/* These match nobody. */
	assert_int_equal(answer(NULL, "ALL: 10.1.0.7/24\n"), WRAPPERS_ALLOWED);
	assert_int_equal(answer(NULL, "ALL: 0.0.0.0/0\n"), WRAPPERS_ALLOWED);
	assert_int_equal(answer(NULL, "ALL: 10.1.0.7/255.255.255.255\n"),
			 WRAPPERS_ALLOWED);
	assert_int_equal(decide(NULL, "ALL: [2001:db8::]/33\n", "2001:db8:1::1",
				WRAPPERS_NAME_NONE, NULL)
				 .answer,
			 WRAPPERS_DENIED);
	/* Without brackets a colon ends the list. */
	assert_int_equal(decide(NULL, "ALL: 2001:db8::1\n", "2001:db8::1",
				WRAPPERS_NAME_NONE, NULL)
				 .answer,
			 WRAPPERS_ALLOWED);
}

static void patterns_may_stand_in_a_file(void **state)
{
	struct wrappers_decision d;

	(void)state;
	d = decide("ALL: /etc/friends\n", "ALL: ALL\n", "192.168.7.9",
		   WRAPPERS_NAME_NONE, NULL);
	assert_int_equal(d.answer, WRAPPERS_ALLOWED);
	assert_int_equal(answer("ALL: /etc/nosuch\n", "ALL: ALL\n"),
			 WRAPPERS_DENIED);
	d = decide("ALL: /root/secret\n", "ALL: ALL\n", "192.168.7.9",
		   WRAPPERS_NAME_NONE, NULL);
	assert_int_equal(d.answer, WRAPPERS_UNKNOWN);
	assert_int_equal(d.why, WRAPPERS_PATTERN_FILE);
}

static void netgroups_are_said_to_be_unknown(void **state)
{
	struct wrappers_decision d =
		decide("ALL: @trusted\n", "ALL: ALL\n", "10.1.0.7",
		       WRAPPERS_NAME_NONE, NULL);

	(void)state;
	assert_int_equal(d.answer, WRAPPERS_UNKNOWN);
	assert_int_equal(d.why, WRAPPERS_NETGROUP);
	assert_string_equal(d.file, "hosts.allow");
}

static void daemons_may_be_ports_and_have_hosts(void **state)
{
	(void)state;
	assert_int_equal(answer(NULL, "22: ALL\n"), WRAPPERS_DENIED);
	assert_int_equal(answer(NULL, "23: ALL\n"), WRAPPERS_ALLOWED);
	assert_int_equal(answer(NULL, "sshd@10.1.0.1: ALL\n"), WRAPPERS_DENIED);
	assert_int_equal(answer(NULL, "sshd@10.1.0.2: ALL\n"),
			 WRAPPERS_ALLOWED);
	assert_int_equal(answer(NULL, "in.*: ALL\n"), WRAPPERS_ALLOWED);
	assert_int_equal(answer(NULL, "s?h*: ALL\n"), WRAPPERS_DENIED);
}

static void what_libwrap_complains_of_is_a_problem(void **state)
{
	static const char text[] = "sshd 10.1.0.1\n"
				   "ALL: 10.1.0.1/24, 10.0.0.0/8\n"
				   "ALL: ALL: nosuch\n"
				   "# fine\n"
				   "ALL: ALL: severity mail.info: DENY\n"
				   "ALL: [::1]/64: ALLOW: DENY\n"
				   "ALL: ALL";
	static const unsigned lines[] = { 1, 2, 3, 6, 7 };
	struct wrappers_file f = file("hosts.deny", text);
	struct problems *p = problems_new();

	(void)state;
	assert_non_null(p);
	wrappers_check(&f, p);
	assert_int_equal(problems_count(p), 5);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(problems_at(p, i)->line, lines[i]);
		assert_string_equal(problems_at(p, i)->file, "hosts.deny");
	}
	problems_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_files_everyone_is_let_in),
		cmocka_unit_test(the_first_line_that_matches_decides),
		cmocka_unit_test(exceptions_are_nested_to_the_right),
		cmocka_unit_test(a_last_line_without_newline_refuses_everyone),
		cmocka_unit_test(options_may_turn_a_file_round),
		cmocka_unit_test(a_command_that_judges_is_not_guessed),
		cmocka_unit_test(names_are_needed_only_where_they_count),
		cmocka_unit_test(the_words_for_names_are_known),
		cmocka_unit_test(nets_match_as_libwrap_counts),
		cmocka_unit_test(patterns_may_stand_in_a_file),
		cmocka_unit_test(netgroups_are_said_to_be_unknown),
		cmocka_unit_test(daemons_may_be_ports_and_have_hosts),
		cmocka_unit_test(what_libwrap_complains_of_is_a_problem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
