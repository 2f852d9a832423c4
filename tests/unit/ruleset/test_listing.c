#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "ruleset/listing.h"
#include "ruleset/save.h"

struct world {
	struct problems *problems;
	struct ruleset *ruleset;
};

static int set_up(void **state)
{
	static struct world w;

	w.problems = problems_new();
	w.ruleset = ruleset_new(w.problems);
	*state = &w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	ruleset_free(w->ruleset);
	problems_free(w->problems);
	return 0;
}

/* The whole ruleset, as iptables-save would print it. */
static void gives(struct world *w, const char *text, const char *wanted)
{
	struct text out = TEXT_NULL;

	assert_int_equal(ruleset_read(w->ruleset, "list", text, strlen(text)),
			 0);
	for (const struct table *t = w->ruleset->first; t; t = t->next)
		save_print_table(&out, t, false);
	assert_string_equal(text_string(&out), wanted);
	text_done(&out);
}

static const char story[] =
	"*filter\n"
	":INPUT ACCEPT [0:0]\n"
	"-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT\n"
	"-A INPUT -p icmp -j ACCEPT\n"
	"-A INPUT -p tcp -m state --state NEW -m tcp --dport 22 -j ACCEPT\n"
	"-A INPUT -j REJECT --reject-with icmp-host-prohibited\n"
	"-A INPUT -p tcp -m state --state NEW -m tcp --dport 23 -j ACCEPT\n"
	"COMMIT\n";

static void a_listing_with_names_is_the_save_of_the_same_rules(void **state)
{
	struct world *w = *state;

	gives(w,
	      "Chain INPUT (policy ACCEPT)\n"
	      "target     prot opt source               destination\n"
	      "ACCEPT     all  --  anywhere             anywhere"
	      "            state RELATED,ESTABLISHED\n"
	      "ACCEPT     icmp --  anywhere             anywhere\n"
	      "ACCEPT     tcp  --  anywhere             anywhere"
	      "            state NEW tcp dpt:ssh\n"
	      "REJECT     all  --  anywhere             anywhere"
	      "            reject-with icmp-host-prohibited\n"
	      "ACCEPT     tcp  --  anywhere             anywhere"
	      "            state NEW tcp dpt:telnet\n",
	      story);
	assert_int_equal(problems_count(w->problems), 0);
}

static void without_v_the_interfaces_stay_open_and_a_note_says_so(void **state)
{
	struct world *w = *state;
	const struct rule *rule;

	gives(w,
	      "Chain INPUT (policy ACCEPT)\n"
	      "target     prot opt source               destination\n"
	      "ACCEPT     all  --  anywhere             anywhere\n"
	      "DROP       all  --  anywhere             anywhere\n",
	      "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j ACCEPT\n"
	      "-A INPUT -j DROP\nCOMMIT\n");
	rule = w->ruleset->first->first->first;
	assert_true(rule->is_incomplete);
	assert_int_equal(rule->terms[0].cond.kind, COND_VARIABLE);
	assert_int_equal(rule->terms[0].cond.variable->doubt, DOUBT_HIDDEN);
	assert_int_equal(problems_count(w->ruleset->notes), 1);
	assert_int_equal(problems_count(w->problems), 0);
}

static void with_v_nothing_is_hidden(void **state)
{
	struct world *w = *state;
	const struct chain *c;

	gives(w,
	      "Chain INPUT (policy DROP 12K packets, 3M bytes)\n"
	      "num   pkts bytes target     prot opt in     out     source"
	      "               destination\n"
	      "1     410K  33M ACCEPT     0    --  lo     *       0.0.0.0/0"
	      "            0.0.0.0/0\n"
	      "2        0     0            6    --  !eth0  *"
	      "       !10.0.0.0/8          0.0.0.0/0\n",
	      "*filter\n:INPUT DROP [12000:3000000]\n"
	      "-A INPUT -i lo -j ACCEPT\n"
	      "-A INPUT ! -s 10.0.0.0/8 ! -i eth0 -p tcp\n"
	      "COMMIT\n");
	c = w->ruleset->first->first;
	assert_false(c->first->is_incomplete);
	assert_int_equal(c->first->counters.packets, 410000);
	assert_int_equal(c->first->counters.bytes, 33000000);
	assert_int_equal(problems_count(w->ruleset->notes), 0);
}

static void tables_are_told_by_their_chains(void **state)
{
	struct world *w = *state;

	gives(w,
	      "Chain PREROUTING (policy ACCEPT)\n"
	      "target     prot opt source               destination\n"
	      "DNAT       tcp  --  anywhere             anywhere"
	      "            tcp dpt:http to:10.0.0.1:8080\n"
	      "\n"
	      "Chain OUTPUT (policy ACCEPT)\n"
	      "target     prot opt source               destination\n"
	      "\n"
	      "Chain POSTROUTING (policy ACCEPT)\n"
	      "target     prot opt source               destination\n"
	      "\n"
	      "Chain OUTPUT (policy DROP)\n"
	      "target     prot opt source               destination\n"
	      "mine       all  --  anywhere             anywhere"
	      "            [goto]\n"
	      "\n"
	      "Chain mine (1 references)\n"
	      "target     prot opt source               destination\n",
	      "*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
	      ":POSTROUTING ACCEPT [0:0]\n"
	      "-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT "
	      "--to-destination 10.0.0.1:8080\n"
	      "COMMIT\n"
	      "*filter\n:OUTPUT DROP [0:0]\n:mine - [0:0]\n"
	      "-A OUTPUT -g mine\nCOMMIT\n");
}

static void what_no_phrase_begins_is_an_unknown_match(void **state)
{
	struct world *w = *state;

	gives(w,
	      "Chain INPUT (policy ACCEPT 0 packets, 0 bytes)\n"
	      " pkts bytes target     prot opt in     out     source"
	      "               destination\n"
	      "    0     0 DROP       all  --  *      *       0.0.0.0/0"
	      "            0.0.0.0/0            -m geoip CN tcp dpt:1\n"
	      "    0     0 LOG        all  --  *      *       0.0.0.0/0"
	      "            0.0.0.0/0            /* it's */ LOG flags 0 level "
	      "4 prefix \"a b: \"\n",
	      "*filter\n:INPUT ACCEPT [0:0]\n"
	      "-A INPUT -m -m geoip CN -m tcp --dport 1 -j DROP\n"
	      "-A INPUT -m comment --comment \"it\\'s\" -j LOG --log-prefix "
	      "\"a b: \"\n"
	      "COMMIT\n");
}

static void ipv6_is_told_by_its_addresses(void **state)
{
	struct world *w = *state;

	gives(w,
	      "Chain INPUT (policy ACCEPT 0 packets, 0 bytes)\n"
	      " pkts bytes target     prot opt in     out     source"
	      "               destination\n"
	      "    0     0 ACCEPT     tcp      *      *       fe80::/10"
	      "            ::/0                 tcp dpt:22\n",
	      "*filter\n:INPUT ACCEPT [0:0]\n"
	      "-A INPUT -s fe80::/10 -p tcp -m tcp --dport 22 -j ACCEPT\n"
	      "COMMIT\n");
	assert_int_equal(w->ruleset->first->family, TABLE_IP6);
}

static void a_row_that_is_none_is_told_with_its_line(void **state)
{
	struct world *w = *state;

	gives(w,
	      "Chain INPUT (policy ACCEPT)\n"
	      "target     prot opt source               destination\n"
	      "ACCEPT\n",
	      "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n");
	assert_int_equal(problems_count(w->problems), 1);
	assert_int_equal(problems_at(w->problems, 0)->line, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_listing_with_names_is_the_save_of_the_same_rules),
		TEST(without_v_the_interfaces_stay_open_and_a_note_says_so),
		TEST(with_v_nothing_is_hidden),
		TEST(tables_are_told_by_their_chains),
		TEST(what_no_phrase_begins_is_an_unknown_match),
		TEST(ipv6_is_told_by_its_addresses),
		TEST(a_row_that_is_none_is_told_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
