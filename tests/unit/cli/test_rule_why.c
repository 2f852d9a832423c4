#include "cli/rule_why.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/problem.h"
#include "ruleset/model.h"
#include "ruleset/packet_words.h"
#include "ruleset/read.h"

static bool serves_5555(const struct rule_why *w, uint16_t port)
{
	(void)w;
	return port == 5555;
}

/* Of the first that stands in the way of tcp/5555 from 10.1.0.7, or of what the
 * words say. */
static const char *why_of(const char *rules, const char *packet, bool is_whole)
{
	struct problems *problems = problems_new();
	struct arena *a = arena_new();
	struct ruleset *r = ruleset_new(problems);
	struct walk_question q = { 0 };
	struct walk_result result;
	struct packet_words words;
	struct rule_why w;
	enum fact_kind kind;

	assert_int_equal(ruleset_read(r, "rules", rules, strlen(rules)), 0);
	assert_int_equal(ruleset_link(r), 0);
	assert_int_equal(packet_words_parse(&words, a, "packet", packet,
					    strlen(packet), problems),
			 0);
	packet_words_assume(&words);
	q.packet = words.point;
	assert_int_equal(walk_packet(r, &q, a, &result), 0);
	assert_true(result.blocker_count > 0);
	w = (struct rule_why){ .plan = walk_plan_new(r),
			       .result = &result,
			       .blocker = result.blockers,
			       .packet = &q.packet,
			       .is_whole = is_whole,
			       .is_served = serves_5555 };
	kind = rule_why(&w);
	walk_plan_free((struct walk_plan *)w.plan);
	ruleset_free(r);
	arena_free(a);
	problems_free(problems);
	return fact_id(kind);
}

static const char manager[] =
	"in=eth0 src=10.1.0.7 dst=172.16.1.2 tcp dport=5555 syn";

#define FILTER(policy, rules)                                                  \
	"*filter\n:INPUT " policy " [0:0]\n:FORWARD ACCEPT [0:0]\n"            \
	":OUTPUT ACCEPT [0:0]\n" rules "COMMIT\n"

static void what_refuses_all_above_an_accept_is_out_of_order(void **state)
{
	(void)state;
	assert_string_equal(
		why_of(FILTER("ACCEPT",
			      "-A INPUT -j REJECT\n"
			      "-A INPUT -p tcp -m tcp --dport 5555 -j ACCEPT\n"),
		       manager, true),
		"rules-refuse-above-accept");
}

static void what_refuses_just_this_is_an_exception(void **state)
{
	static const char rules[] = FILTER(
		"ACCEPT", "-A INPUT -p tcp -m tcp --dport 5555 -j DROP\n"
			  "-A INPUT -p tcp -m tcp --dport 5555 -j ACCEPT\n");

	(void)state;
	assert_string_equal(why_of(rules, manager, true), "rules-drop");
	/* Files alone may lack what stood between. */
	assert_string_equal(why_of(rules, manager, false),
			    "rules-refuse-above-accept");
	assert_string_equal(
		why_of(FILTER("ACCEPT",
			      "-A INPUT -s 10.1.0.7/32 -j DROP\n"
			      "-A INPUT -p tcp -m tcp --dport 5555 -j ACCEPT\n"),
		       manager, true),
		"rules-drop");
}

static void a_wide_range_is_no_exception(void **state)
{
	(void)state;
	assert_string_equal(
		why_of(FILTER("ACCEPT",
			      "-A INPUT -p tcp -m tcp --dport 1024:65535 -j DROP\n"
			      "-A INPUT -p tcp -m tcp --dport 5555 -j ACCEPT\n"),
		       manager, true),
		"rules-refuse-above-accept");
}

static void a_slip_in_the_port_is_a_mismatch(void **state)
{
	(void)state;
	assert_string_equal(
		why_of(FILTER("DROP",
			      "-A INPUT -p tcp -m tcp --dport 5565 -j ACCEPT\n"),
		       manager, true),
		"rules-accept-nearly");
	/* Another service's port is no slip. */
	assert_string_equal(
		why_of(FILTER("DROP",
			      "-A INPUT -p tcp -m tcp --dport 8080 -j ACCEPT\n"),
		       manager, true),
		"rules-policy-drops");
}

static void what_a_rule_asks_for_is_told(void **state)
{
	static const struct {
		const char *rule, *kind;
	} rows[] = {
		{ "-A INPUT -m mac --mac-source 02:00:00:00:00:01 -j DROP\n",
		  "rules-refuse-mac" },
		{ "-A INPUT -p tcp -m comment --comment "
		  "\"default/web:http has no endpoints\" -j REJECT\n",
		  "rules-no-endpoints" },
		{ "-A INPUT -p tcp -j REJECT --reject-with tcp-reset\n",
		  "rules-reject-with-rst" },
		{ "-A INPUT -p tcp -j REJECT\n", "rules-reject-with-icmp" },
		{ "-A INPUT -j REJECT\n", "rules-catch-all-rejects" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct text t = TEXT_NULL;

		text_format(&t, FILTER("ACCEPT", "%s"), rows[i].rule);
		assert_string_equal(
			why_of(text_string(&t),
			       "in=eth0 src=10.1.0.7 dst=172.16.1.2 tcp "
			       "dport=5555 syn mac=02:00:00:00:00:01",
			       true),
			rows[i].kind);
		text_done(&t);
	}
}

static void a_datagram_that_is_dropped_is_told_as_one(void **state)
{
	(void)state;
	assert_string_equal(
		why_of(FILTER("DROP", ""),
		       "in=eth0 src=10.1.0.7 dst=172.16.1.2 udp dport=53",
		       true),
		"rules-drop-udp");
}

static void one_table_accepts_and_another_drops(void **state)
{
	(void)state;
	assert_string_equal(
		why_of("table inet a {\n chain in {\n type filter hook input "
		       "priority 0; policy drop;\n tcp dport 5555 accept\n "
		       "}\n}\n"
		       "table inet b {\n chain in {\n type filter hook input "
		       "priority 10; policy drop;\n tcp dport 22 accept\n "
		       "}\n}\n",
		       manager, true),
		"rules-other-table-refuses");
}

static void what_is_not_tracked_meets_no_state(void **state)
{
	(void)state;
	assert_string_equal(
		why_of("*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
		       "-A PREROUTING -p tcp -m tcp --dport 5555 -j CT "
		       "--notrack\nCOMMIT\n" FILTER(
			       "DROP", "-A INPUT -p tcp -m tcp --dport 5555 -m "
				       "conntrack --ctstate NEW -j ACCEPT\n"),
		       manager, true),
		"rules-refuse-untracked");
}

static void ipv6_is_forgotten_only_where_ipv4_was_opened(void **state)
{
	static const char v6[] =
		"in=eth0 src=2001:db8::7 dst=2001:db8::2 tcp dport=5555 syn";

	(void)state;
	assert_string_equal(
		why_of("table ip a {\n chain in {\n type filter hook input "
		       "priority 0; policy drop;\n tcp dport 5555 accept\n "
		       "}\n}\n"
		       "table ip6 a {\n chain in {\n type filter hook input "
		       "priority 0; policy drop;\n }\n}\n",
		       v6, true),
		"rules-accept-ipv4-only");
	assert_string_equal(
		why_of("table ip6 a {\n chain in {\n type filter hook input "
		       "priority 0; policy drop;\n }\n}\n",
		       v6, true),
		"rules-policy-drops");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_refuses_all_above_an_accept_is_out_of_order),
		cmocka_unit_test(what_refuses_just_this_is_an_exception),
		cmocka_unit_test(a_wide_range_is_no_exception),
		cmocka_unit_test(a_slip_in_the_port_is_a_mismatch),
		cmocka_unit_test(what_a_rule_asks_for_is_told),
		cmocka_unit_test(a_datagram_that_is_dropped_is_told_as_one),
		cmocka_unit_test(one_table_accepts_and_another_drops),
		cmocka_unit_test(what_is_not_tracked_meets_no_state),
		cmocka_unit_test(ipv6_is_forgotten_only_where_ipv4_was_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
