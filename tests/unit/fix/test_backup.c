/* A backup that counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fix/backup.h"
#include "fix/rules_same.h"

static bool is_alone;

static int enter(void **state)
{
	(void)state;
	is_alone = !geteuid() && !unshare(CLONE_NEWNET);
	return 0;
}

static void entries_are_counted_as_the_kernel_has_them(void **state)
{
	const char *end;

	(void)state;
	/* Three policies and the end; a chain is two, a rule one. */
	assert_int_equal(
		backup_save_entries(":INPUT ACCEPT [0:0]\n:FORWARD DROP [1:2]\n"
				    ":OUTPUT ACCEPT [0:0]\n:own - [0:0]\n"
				    "[0:0] -A INPUT -j own\n-A own -j DROP\n"
				    "COMMIT\nmore",
				    &end),
		8);
	assert_string_equal(end, "more");
}

static void a_table_without_its_end_is_not_whole(void **state)
{
	const char *end;

	(void)state;
	(void)backup_save_entries(":INPUT ACCEPT [0:0]\n-A INPUT -j DR", &end);
	assert_null(end);
	(void)backup_save_entries(":INPUT ACCEPT [0:0]\n*nat\nCOMMIT\n", &end);
	assert_null(end);
	(void)backup_save_entries("", &end);
	assert_null(end);
}

static void rules_are_counted_in_the_words_of_the_tools(void **state)
{
	(void)state;
	assert_int_equal(
		backup_save_rules("# -A x\n*filter\n:INPUT ACCEPT [0:0]\n"
				  "[1:2] -A INPUT -j DROP\n-A INPUT -j LOG "
				  "--log-prefix \"-A \"\nCOMMIT\n"),
		2);
	assert_int_equal(
		backup_nft_rules(
			"table inet f { # handle 1\n\tset s { # handle "
			"2\n\t}\n\tchain i { # handle 3\n\t\ttcp dport "
			"22 accept # handle 4\n\t\tjump x # handle 5\n"
			"\t}\n}\n"),
		2);
}

static void run(const char *command)
{
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c) */
}

/* Reads the rules, loses what a command makes it lose, and checks. */
static void check_without(const char *words, int wanted)
{
	struct text rules = TEXT_NULL, why = TEXT_NULL;
	char *at;

	assert_int_equal(rules_same_gather(&rules), 0);
	(void)text_string(&rules);
	at = words ? memmem(rules.data, rules.len, words, strlen(words)) : NULL;
	if (words) {
		assert_non_null(at);
		/* Its line is none any more; no length is another. */
		memset(at, ' ', strlen(words));
	}
	assert_int_equal(backup_check(&rules, &why), wanted);
	assert_int_equal(why.len != 0, wanted != 0);
	text_done(&rules);
	text_done(&why);
}

static void what_is_whole_is_accepted(void **state)
{
	(void)state;
	if (!is_alone)
		skip();
	check_without(NULL, 0);
	run("iptables-legacy -N own; iptables-legacy -A own -j DROP; "
	    "ip6tables-legacy -A INPUT -p tcp --dport 22 -j ACCEPT; "
	    "iptables-nft -A INPUT -j LOG --log-prefix '# handle 3'; "
	    "nft 'add table inet f; add chain inet f i; add rule inet f i ip "
	    "saddr { 10.0.0.1, 10.0.0.2 } counter drop'");
	check_without(NULL, 0);
}

/* The file of 0 bytes that a save left behind can be no backup. */
static void an_empty_save_is_refused_while_the_kernel_has_rules(void **state)
{
	struct text rules = TEXT_NULL, why = TEXT_NULL;

	(void)state;
	if (!is_alone)
		skip();
	/* The rules are those of the last test; what was read is of nowhere. */
	assert_int_equal(backup_check(&rules, &why), -EINVAL);
	assert_true(why.len);
	text_done(&rules);
	text_done(&why);
	check_without("-A own -j DROP", -EINVAL);
	check_without("COMMIT", -EINVAL);
	check_without("counter packets 0 bytes 0 drop # handle", -EINVAL);
}

static void an_empty_one_is_accepted_where_there_is_none(void **state)
{
	struct text rules = TEXT_NULL, why = TEXT_NULL;

	(void)state;
	if (!is_alone)
		skip();
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	assert_int_equal(backup_check(&rules, &why), 0);
	text_done(&rules);
	text_done(&why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_counted_as_the_kernel_has_them),
		cmocka_unit_test(a_table_without_its_end_is_not_whole),
		cmocka_unit_test(rules_are_counted_in_the_words_of_the_tools),
		cmocka_unit_test(what_is_whole_is_accepted),
		cmocka_unit_test(
			an_empty_save_is_refused_while_the_kernel_has_rules),
		cmocka_unit_test(an_empty_one_is_accepted_where_there_is_none),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
