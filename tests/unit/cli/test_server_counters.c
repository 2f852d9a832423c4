#include "cli/server_counters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/problem.h"
#include "ruleset/read.h"

struct read {
	struct problems *problems;
	struct ruleset *ruleset;
};

static struct read read_words(const char *words)
{
	struct read r = { .problems = problems_new() };

	r.ruleset = ruleset_new(r.problems);
	assert_int_equal(ruleset_read(r.ruleset, "rules", words, strlen(words)),
			 0);
	assert_int_equal(ruleset_link(r.ruleset), 0);
	return r;
}

static void end(struct read *r)
{
	ruleset_free(r->ruleset);
	problems_free(r->problems);
}

/* "POLICY+2,120 1+3,180" and a "!" where the rules have changed. */
static void moved(const char *before, const char *after, const char *expected)
{
	struct read a = read_words(before), b = read_words(after);
	struct server_counters c;
	struct text found = TEXT_NULL;

	assert_int_equal(server_counters_compare(a.ruleset, b.ruleset, &c), 0);
	for (size_t i = 0; i < c.count; i++) {
		if (i)
			text_char(&found, ' ');
		text_str(&found, c.list[i].chain->name);
		text_char(&found, ':');
		if (c.list[i].rule)
			text_u64(&found, c.list[i].rule->number);
		text_format(&found, "+%llu,%llu",
			    (unsigned long long)c.list[i].packets,
			    (unsigned long long)c.list[i].bytes);
	}
	if (c.has_changed)
		text_char(&found, '!');
	assert_string_equal(text_string(&found), expected);
	text_done(&found);
	server_counters_done(&c);
	end(&a);
	end(&b);
}

#define TABLE(policy, rules)                                                   \
	"*filter\n:INPUT DROP " policy "\n:FORWARD ACCEPT [0:0]\n"             \
	":OUTPUT ACCEPT [0:0]\n" rules "COMMIT\n"

static void a_rule_and_a_policy_that_counted_are_found(void **state)
{
	(void)state;
	moved(TABLE("[7:420]", "[1:60] -A INPUT -p tcp -j ACCEPT\n"
			       "[5:300] -A INPUT -p udp -j DROP\n"),
	      TABLE("[9:540]", "[1:60] -A INPUT -p tcp -j ACCEPT\n"
			       "[8:480] -A INPUT -p udp -j DROP\n"),
	      "INPUT:2+3,180 INPUT:+2,120");
}

static void nothing_moved_is_nothing_found(void **state)
{
	(void)state;
	moved(TABLE("[7:420]", "[1:60] -A INPUT -p tcp -j ACCEPT\n"),
	      TABLE("[7:420]", "[1:60] -A INPUT -p tcp -j ACCEPT\n"), "");
}

static void counters_set_to_zero_tell_nothing(void **state)
{
	(void)state;
	moved(TABLE("[7:420]", "[9:60] -A INPUT -p tcp -j ACCEPT\n"),
	      TABLE("[0:0]", "[2:120] -A INPUT -p tcp -j ACCEPT\n"), "");
}

static void rules_that_were_put_in_between_are_left_out(void **state)
{
	(void)state;
	moved(TABLE("[0:0]", "[1:60] -A INPUT -p udp -j DROP\n"
			     "[1:60] -A INPUT -p icmp -j DROP\n"),
	      TABLE("[0:0]", "[9:60] -A INPUT -p tcp -j DROP\n"
			     "[1:60] -A INPUT -p udp -j DROP\n"
			     "[3:180] -A INPUT -p icmp -j DROP\n"),
	      "INPUT:2+2,120!");
	moved(TABLE("[0:0]", "[1:60] -A INPUT -p udp -j DROP\n"
			     "[1:60] -A INPUT -p icmp -j DROP\n"),
	      TABLE("[0:0]", "[3:180] -A INPUT -p icmp -j DROP\n"),
	      "INPUT:2+2,120!");
}

static void equal_rules_are_told_apart_by_their_order(void **state)
{
	(void)state;
	moved(TABLE("[0:0]", "[1:60] -A INPUT -p udp -j DROP\n"
			     "[0:0] -A INPUT -p udp -j DROP\n"),
	      TABLE("[0:0]", "[4:240] -A INPUT -p udp -j DROP\n"
			     "[0:0] -A INPUT -p udp -j DROP\n"),
	      "INPUT:1+3,180");
}

static void a_table_that_is_gone_has_changed(void **state)
{
	(void)state;
	moved(TABLE("[0:0]", "") "*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n",
	      TABLE("[0:0]", ""), "!");
}

static void nft_counts_where_it_is_written(void **state)
{
	(void)state;
	moved("table inet f {\n chain in {\n type filter hook input priority "
	      "0; policy drop;\n tcp dport 22 counter packets 1 bytes 60 "
	      "drop\n tcp dport 23 drop\n }\n}\n",
	      "table inet f {\n chain in {\n type filter hook input priority "
	      "0; policy drop;\n tcp dport 22 counter packets 4 bytes 240 "
	      "drop\n tcp dport 23 drop\n }\n}\n",
	      "in:1+3,180");
}

static bool is_exact(const char *rule)
{
	struct text t = TEXT_NULL;
	struct read r;
	bool exact;

	text_format(&t,
		    "table inet f {\n chain in {\n type filter hook input "
		    "priority 0;\n %s\n }\n}\n",
		    rule);
	r = read_words(text_string(&t));
	exact = server_counters_is_exact(r.ruleset->first->first->first);
	end(&r);
	text_done(&t);
	return exact;
}

static void a_counter_before_a_condition_says_less(void **state)
{
	(void)state;
	assert_true(is_exact("tcp dport 22 counter drop"));
	assert_false(is_exact("counter tcp dport 22 drop"));
}

static void a_repeated_syn_has_one_length(void **state)
{
	const struct server_counter even = { .packets = 3, .bytes = 180 };
	const struct server_counter odd = { .packets = 3, .bytes = 190 };
	const struct server_counter large = { .packets = 2, .bytes = 3000 };

	(void)state;
	assert_true(server_counters_is_even(&even));
	assert_false(server_counters_is_even(&odd));
	assert_false(server_counters_is_even(&large));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_and_a_policy_that_counted_are_found),
		cmocka_unit_test(nothing_moved_is_nothing_found),
		cmocka_unit_test(counters_set_to_zero_tell_nothing),
		cmocka_unit_test(rules_that_were_put_in_between_are_left_out),
		cmocka_unit_test(equal_rules_are_told_apart_by_their_order),
		cmocka_unit_test(a_table_that_is_gone_has_changed),
		cmocka_unit_test(nft_counts_where_it_is_written),
		cmocka_unit_test(a_counter_before_a_condition_says_less),
		cmocka_unit_test(a_repeated_syn_has_one_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
