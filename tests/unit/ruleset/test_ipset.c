#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "nft_given.h"
#include "ruleset/ipset.h"

static struct given read_sets(const char *text)
{
	struct given g = given_nothing();

	assert_int_equal(
		ipset_read(g.ruleset, "sets.ipset", text, strlen(text)), 0);
	return g;
}

static void reads_as(const char *text, const char *dump)
{
	struct given g = read_sets(text);

	assert_int_equal(problems_count(g.problems), 0);
	assert_string_equal(given_dump(&g), dump);
	given_done(&g);
}

static void every_type_is_read(void **state)
{
	(void)state;
	reads_as("create a hash:ip family inet hashsize 1024\n"
		 "add a 10.0.0.2\nadd a 10.0.0.1 timeout 5\n",
		 "  set a (0xffff0a000001) (0xffff0a000002)\n");
	reads_as("create a hash:net family inet6\nadd a fe80::/10\n"
		 "add a fe80::1 nomatch\n",
		 "  set a (0xfe800000000000000000000000000000-"
		 "0xfebfffffffffffffffffffffffffffff) "
		 "!(0xfe800000000000000000000000000001)\n");
	reads_as("create a hash:ip,port,net family inet\n"
		 "add a 10.0.0.1,udp:53-54,10.0.0.0/8\n",
		 "  set a (0xffff0a000001 . 0x11 . 0x35-0x36 . "
		 "0xffff0a000000-0xffff0affffff)\n");
	reads_as("create a hash:ip,port family inet\nadd a 1.1.1.1,tcp:80\n"
		 "add a 1.1.1.1,icmp:echo-request\nadd a 1.1.1.1,vrrp:0\n",
		 "  set a (0xffff01010101 . 0x1 . 0x800) (0xffff01010101 . 0x6 "
		 ". 0x50) (0xffff01010101 . 0x70 . 0x0)\n");
	reads_as("create a hash:net,iface family inet\nadd a 0.0.0.0/0,lo\n",
		 "  set a (0xffff00000000-0xffffffffffff . "
		 "0x6c6f0000000000000000000000000000)\n");
	reads_as("create a hash:ip,mark family inet markmask 0x000000ff\n"
		 "add a 1.1.1.1,0x00000101\n",
		 "  set a (0xffff01010101 . 0x1)\n");
	reads_as("create a hash:mac\nadd a 00:11:22:33:44:55\n",
		 "  set a (0x1122334455)\n");
	reads_as("create a bitmap:port range 0-1023\nadd a 22\n",
		 "  set a (0x16)\n");
	reads_as("create a bitmap:ip range 10.0.0.0/16 netmask 24\n"
		 "add a 10.0.5.0\n",
		 "  set a (0xffff0a000500-0xffff0a0005ff)\n");
	reads_as("create a bitmap:ip,mac range 10.0.0.0/24\nadd a 10.0.0.3\n",
		 "  set a (0xffff0a000003 . 0x0-0xffffffffffff)\n");
	reads_as("create a hash:ip\ncreate b hash:ip\ncreate l list:set size "
		 "8\nadd l b\nadd l a\n",
		 "  set a\n  set b\n  set l @b @a\n");
}

static void comments_are_kept(void **state)
{
	struct given g = read_sets("create a hash:ip comment\n"
				   "add a 1.1.1.1 comment \"the first one\"\n");

	(void)state;
	assert_string_equal(g.ruleset->first_ipset->elements[0].comment,
			    "the first one");
	given_done(&g);
}

static void a_set_with_a_hole_is_not_given(void **state)
{
	struct given g = read_sets("create a hash:ip\nadd a 1.1.1.1\n"
				   "add a 1.1.1.one\nadd a 1.1.1.2\n"
				   "create b hash:moon\nadd b full\n"
				   "create c hash:ip\nadd c 1.1.1.1\n"
				   "frobnicate\nadd d 1.1.1.1\n");
	const struct problem *p = problems_at(g.problems, 0);

	(void)state;
	assert_int_equal(problems_count(g.problems), 4);
	assert_int_equal(p->line, 3);
	assert_int_equal(p->column, 7);
	assert_string_equal(p->excerpt, "add a 1.1.1.one");
	assert_string_equal(given_dump(&g),
			    "  set a not given\n  set b not given\n"
			    "  set c (0xffff01010101)\n");
	given_done(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_is_read),
		cmocka_unit_test(comments_are_kept),
		cmocka_unit_test(a_set_with_a_hole_is_not_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
