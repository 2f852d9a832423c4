#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "net/nsswitch.h"

static enum nsswitch_way way(const char *text, const char *host)
{
	struct nsswitch n;

	nsswitch_read(&n, text, strlen(text));
	return nsswitch_way(&n, host);
}

static void the_hosts_line_says_who_is_asked(void **state)
{
	struct nsswitch n;
	const char *text = "passwd: files\nhosts:\tfiles mdns4_minimal "
			   "[NOTFOUND=return] dns # usual\n";

	(void)state;
	nsswitch_read(&n, text, strlen(text));
	assert_int_equal(n.line, 2);
	assert_int_equal(n.count, 3);
	assert_string_equal(n.services[1].name, "mdns4_minimal");
	assert_true(n.services[1].ends_not_found);
	assert_false(n.services[1].ends_unavailable);
	assert_false(n.services[0].ends_not_found);
	assert_int_equal(strncmp(n.text, "hosts:\tfiles", 12), 0);
	assert_true(nsswitch_reads_hosts(&n));
}

static void without_the_line_files_and_dns_are_asked(void **state)
{
	struct nsswitch n;

	(void)state;
	nsswitch_read(&n, "", 0);
	assert_int_equal(n.line, 0);
	assert_int_equal(n.count, 2);
	assert_int_equal(nsswitch_way(&n, "a"), NSSWITCH_ASKS_DNS);
}

static void dns_may_be_left_out_or_cut_off(void **state)
{
	(void)state;
	assert_int_equal(way("hosts: files", "a.example"),
			 NSSWITCH_WITHOUT_DNS);
	assert_int_equal(way("hosts:files[NOTFOUND=return]dns", "a.example"),
			 NSSWITCH_STOPS);
	assert_int_equal(way("hosts: files [!SUCCESS=return] dns", "a.example"),
			 NSSWITCH_STOPS);
	assert_int_equal(way("hosts: files [!UNAVAIL=return] dns", "a.example"),
			 NSSWITCH_STOPS);
	assert_int_equal(way("hosts: files [UNAVAIL=return] dns", "a.example"),
			 NSSWITCH_ASKS_DNS);
	assert_int_equal(way("hosts: files [notfound=continue] dns", "a"),
			 NSSWITCH_ASKS_DNS);
}

static void minimal_mdns_has_a_say_in_local_names_only(void **state)
{
	const char *text = "hosts: files mdns4_minimal [NOTFOUND=return] dns";

	(void)state;
	assert_int_equal(way(text, "a.example"), NSSWITCH_ASKS_DNS);
	assert_int_equal(way(text, "printer.local"), NSSWITCH_STOPS);
	assert_int_equal(way(text, "printer.LOCAL."), NSSWITCH_STOPS);
}

static void resolved_asks_in_dns_stead(void **state)
{
	(void)state;
	assert_int_equal(way("hosts: files resolve [!UNAVAIL=return] dns", "a"),
			 NSSWITCH_OTHERWISE);
	assert_int_equal(way("hosts: files resolve", "a"), NSSWITCH_OTHERWISE);
}

static void dns_before_files_makes_hosts_the_last_resort(void **state)
{
	struct nsswitch n;

	(void)state;
	nsswitch_read(&n, "hosts: dns files", 16);
	assert_false(nsswitch_reads_hosts(&n));
}

static void broken_lines_end(void **state)
{
	(void)state;
	assert_int_equal(way("hosts: [", "a"), NSSWITCH_WITHOUT_DNS);
	assert_int_equal(way("hosts: files [=] [!] [a=b=c] ] dns", "a"),
			 NSSWITCH_ASKS_DNS);
	assert_int_equal(way("hosts files", "a"), NSSWITCH_ASKS_DNS);
	assert_int_equal(way("hosts:", "a"), NSSWITCH_WITHOUT_DNS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hosts_line_says_who_is_asked),
		cmocka_unit_test(without_the_line_files_and_dns_are_asked),
		cmocka_unit_test(dns_may_be_left_out_or_cut_off),
		cmocka_unit_test(minimal_mdns_has_a_say_in_local_names_only),
		cmocka_unit_test(resolved_asks_in_dns_stead),
		cmocka_unit_test(dns_before_files_makes_hosts_the_last_resort),
		cmocka_unit_test(broken_lines_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
