#include "walked.h"

static const char ssh[] = "in=eth0 src=10.1.0.7 dst=10.0.0.1 tcp dport=22 syn";

static void blocker_is(const struct walked *w, size_t i, const char *expected)
{
	assert_true(i < w->result.blocker_count);
	walked_expect(&w->result.blockers[i].verdict, expected);
}

/* Story 2 of design.md. */
static const char telnet_rules[] =
	"*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n"
	":OUTPUT ACCEPT [0:0]\n"
	"-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT\n"
	"-A INPUT -p icmp -j ACCEPT\n"
	"-A INPUT -i lo -j ACCEPT\n"
	"-A INPUT -p tcp -m state --state NEW -m tcp --dport 22 -j ACCEPT\n"
	"-A INPUT -j REJECT --reject-with icmp-host-prohibited\n"
	"-A INPUT -p tcp -m tcp --dport 23 -j ACCEPT\n"
	"COMMIT\n";

static void the_accept_below_a_reject_is_named(void **state)
{
	struct walked w;

	(void)state;
	walked_read(&w, telnet_rules);
	walked_ask(&w, "in=eth0 src=192.168.30.1 dst=192.168.30.2 tcp dport=23",
		   NULL);
	walked_expect(&w.result.way.verdict,
		      "reject INPUT 5 icmp-host-prohibited");
	assert_int_equal(w.result.blocker_count, 1);
	assert_int_equal(w.result.blockers[0].shadowed_accept->number, 6);
	assert_int_equal(w.result.blockers[0].behind_count, 0);
	walked_done(&w);
}

static void every_base_chain_in_the_way_is_a_blocker(void **state)
{
	struct walked w;

	(void)state;
	walked_read(&w,
		    "*raw\n:PREROUTING ACCEPT [0:0]\n"
		    "-A PREROUTING -p tcp -m tcp --dport 22 -j DROP\nCOMMIT\n"
		    "*filter\n:INPUT DROP [0:0]\n:OUTPUT DROP [0:0]\nCOMMIT\n"
		    "table inet x {\n chain in {\n"
		    "  type filter hook input priority 10;\n"
		    "  tcp dport 22 reject\n }\n}\n");
	walked_ask(&w, ssh, NULL);
	walked_expect(&w.result.way.verdict, "drop PREROUTING 1");
	assert_int_equal(w.result.blocker_count, 4);
	blocker_is(&w, 0, "drop PREROUTING 1");
	blocker_is(&w, 1, "drop INPUT policy");
	blocker_is(&w, 2, "reject in 1 icmp-port-unreachable");
	blocker_is(&w, 3, "drop OUTPUT policy");
	assert_true(w.result.blockers[3].of_reply);
	walked_done(&w);
}

static void what_stands_behind_a_blocker_is_told_with_it(void **state)
{
	struct walked w;

	(void)state;
	walked_read(&w, "*filter\n:INPUT DROP [0:0]\n"
			"-A INPUT -s 10.1.0.0/16 -j DROP\n"
			"-A INPUT -p tcp -j REJECT\nCOMMIT\n");
	walked_ask(&w, ssh, NULL);
	assert_int_equal(w.result.blocker_count, 1);
	assert_int_equal(w.result.blockers[0].behind_count, 2);
	assert_null(w.result.blockers[0].shadowed_accept);
	walked_expect(&w.result.blockers[0].behind[1], "drop INPUT policy");
	walked_done(&w);
}

static void an_accepted_packet_has_no_blocker(void **state)
{
	struct walked w;

	(void)state;
	walked_read(&w, telnet_rules);
	walked_ask(&w, ssh, NULL);
	walked_expect(&w.result.way.verdict, "accept INPUT 4");
	assert_int_equal(w.result.blocker_count, 0);
	assert_int_equal(w.result.way.step_count, 4);
	walked_done(&w);
}

static void the_reply_has_a_way_of_its_own(void **state)
{
	struct walked w;
	const struct point *p = &w.result.reply.packet;

	(void)state;
	walked_read(&w, "*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT DROP [0:0]\n"
			"-A OUTPUT -m state --state ESTABLISHED -j ACCEPT\n"
			"COMMIT\n");
	walked_ask(&w, ssh, NULL);
	walked_expect(&w.result.reply.verdict, "accept OUTPUT 1");
	assert_int_equal(p->value[FIELD_TCP_FLAGS], 0x12);
	assert_int_equal(p->value[FIELD_CT_STATE], CT_ESTABLISHED);
	assert_int_equal(p->value[FIELD_CT_DIRECTION], 1);
	assert_int_equal(p->value[FIELD_CT_SEEN_REPLY], 1);
	assert_int_equal(p->value[FIELD_SPORT], 22);
	walked_done(&w);
}

static void the_reply_of_a_forwarded_packet_is_forwarded(void **state)
{
	struct walked w;

	(void)state;
	walked_read(&w, "*filter\n:FORWARD DROP [0:0]\n"
			"-A FORWARD -i eth0 -o eth1 -j ACCEPT\nCOMMIT\n");
	walked_ask(&w, "in=eth0 out=eth1 udp dport=53", NULL);
	walked_expect(&w.result.way.verdict, "accept FORWARD 1");
	walked_expect(&w.result.reply.verdict, "drop FORWARD policy");
	walked_done(&w);
}

static void an_answer_without_a_connection_is_invalid(void **state)
{
	struct walked w;

	(void)state;
	walked_read(&w, "*raw\n:PREROUTING ACCEPT [0:0]\n"
			"-A PREROUTING -j NOTRACK\nCOMMIT\n"
			"*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
			"-A OUTPUT -m state --state INVALID -j DROP\nCOMMIT\n");
	walked_ask(&w, ssh, NULL);
	walked_expect(&w.result.reply.verdict, "drop OUTPUT 1");
	walked_ask(&w, "in=eth0 udp dport=53", NULL);
	walked_expect(&w.result.reply.verdict, "accept OUTPUT policy");
	walked_done(&w);
}

static void errors_and_resets_are_not_answered(void **state)
{
	struct walked w;

	(void)state;
	walked_read(&w, telnet_rules);
	walked_ask(&w, "in=eth0 icmp type=3 code=1", NULL);
	assert_false(w.result.has_reply);
	walked_ask(&w, "in=eth0 tcp flags=RST", NULL);
	assert_false(w.result.has_reply);
	walked_ask(&w, "in=eth0 icmp type=8", NULL);
	assert_true(w.result.has_reply);
	assert_int_equal(w.result.reply.packet.value[FIELD_ICMP_TYPE], 0);
	walked_done(&w);
}

static void a_refusal_has_to_pass_itself(void **state)
{
	static const char rules[] =
		"*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT DROP [0:0]\n"
		"-A INPUT -p tcp -m tcp --dport 23 -j REJECT"
		" --reject-with tcp-reset\n"
		"-A INPUT -j REJECT\n"
		"-A OUTPUT -p icmp -m state --state RELATED -j ACCEPT\nCOMMIT\n";
	struct walked w;

	(void)state;
	walked_read(&w, rules);
	walked_ask(&w, ssh, NULL);
	assert_true(w.result.has_refusal);
	walked_expect(&w.result.refusal.verdict, "accept OUTPUT 1");
	walked_ask(&w, "in=eth0 tcp dport=23", NULL);
	walked_expect(&w.result.refusal.verdict, "drop OUTPUT policy");
	assert_int_equal(w.result.refusal.packet.value[FIELD_TCP_FLAGS], 0x14);
	/* Two of the packet's own: the rule, and the answer's policy. */
	assert_int_equal(w.result.blocker_count, 2);
	walked_done(&w);
}

static void a_rate_that_decides_makes_it_unknown(void **state)
{
	struct walked w;
	const struct walk_way *way = &w.result.way;

	(void)state;
	walked_read(&w, "*filter\n:INPUT DROP [0:0]\n"
			"-A INPUT -p tcp -m limit --limit 5/min -j ACCEPT\n"
			"COMMIT\n");
	walked_ask(&w, ssh, NULL);
	assert_int_equal(way->verdict.decision, WALK_UNKNOWN);
	assert_true(way->outcomes[WALK_ACCEPT]);
	assert_true(way->outcomes[WALK_DROP]);
	assert_false(way->outcomes[WALK_REJECT]);
	assert_int_equal(way->doubt_count, 1);
	assert_int_equal(way->doubts[0].rule->number, 1);
	assert_int_equal(way->doubts[0].cond->variable->doubt, DOUBT_RATE);
	walked_done(&w);
}

static void a_rate_that_changes_nothing_does_not_matter(void **state)
{
	(void)state;
	walked_is("*filter\n:INPUT DROP [0:0]\n"
		  "-A INPUT -m limit --limit 5/min -j LOG\n"
		  "-A INPUT -p tcp -m limit --limit 5/min -j DROP\nCOMMIT\n",
		  ssh, "drop INPUT policy");
}

static void the_same_question_has_one_answer(void **state)
{
	struct walked w;

	(void)state;
	walked_read(&w, "*filter\n:INPUT DROP [0:0]\n"
			"-A INPUT -m time --timestart 08:00:00"
			" --timestop 17:00:00 -j MARK --set-xmark 0x1\n"
			"-A INPUT -m time --timestart 08:00:00"
			" --timestop 17:00:00 -m mark --mark 0x1 -j REJECT\n"
			"-A INPUT -m mark --mark 0x1 -j ACCEPT\nCOMMIT\n");
	walked_ask(&w, ssh, NULL);
	assert_false(w.result.way.outcomes[WALK_ACCEPT]);
	assert_true(w.result.way.outcomes[WALK_REJECT]);
	assert_true(w.result.way.outcomes[WALK_DROP]);
	walked_done(&w);
}

static void a_program_may_accept_or_drop(void **state)
{
	struct walked w;

	(void)state;
	walked_read(&w, "*filter\n:INPUT ACCEPT [0:0]\n"
			"-A INPUT -j NFQUEUE --queue-num 1\n"
			"-A INPUT -j REJECT\nCOMMIT\n");
	walked_ask(&w, ssh, NULL);
	assert_int_equal(w.result.way.verdict.decision, WALK_UNKNOWN);
	assert_true(w.result.way.outcomes[WALK_ACCEPT]);
	assert_true(w.result.way.outcomes[WALK_DROP]);
	assert_false(w.result.way.outcomes[WALK_REJECT]);
	walked_done(&w);
}

static void too_many_cases_are_capped(void **state)
{
	struct text rules = TEXT_NULL;
	struct walked w;

	(void)state;
	text_str(&rules, "*filter\n:INPUT DROP [0:0]\n");
	for (unsigned i = 0; i < 40; i++)
		text_format(&rules,
			    "-A INPUT -m limit --limit %u/min"
			    " -j MARK --set-xmark 0x%x/0x%x\n",
			    i + 1, 1U << i % 32, 1U << i % 32);
	text_str(&rules, "-A INPUT -m mark --mark 0x1/0x1 -j ACCEPT\nCOMMIT\n");
	walked_read(&w, text_string(&rules));
	walked_ask(&w, ssh, NULL);
	assert_true(w.result.way.is_capped);
	assert_int_equal(w.result.way.verdict.decision, WALK_UNKNOWN);
	walked_done(&w);
	text_done(&rules);
}

/* Every allocation of the arena in turn. */
static void without_memory_it_says_so(void **state)
{
	struct walked w;
	int err = -1;

	(void)state;
	walked_read(&w, telnet_rules);
	for (uint64_t nth = 1; err; nth++) {
		struct walk_question q = { .packet = walked_point(&w, ssh) };

		arena_fail_at(w.arena, nth);
		err = walk_packet(w.ruleset, &q, w.arena, &w.result);
		arena_fail_at(w.arena, 0);
		assert_true(err == 0 || err == -12);
		assert_true(nth < 100);
	}
	walked_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_accept_below_a_reject_is_named),
		cmocka_unit_test(every_base_chain_in_the_way_is_a_blocker),
		cmocka_unit_test(what_stands_behind_a_blocker_is_told_with_it),
		cmocka_unit_test(an_accepted_packet_has_no_blocker),
		cmocka_unit_test(the_reply_has_a_way_of_its_own),
		cmocka_unit_test(the_reply_of_a_forwarded_packet_is_forwarded),
		cmocka_unit_test(an_answer_without_a_connection_is_invalid),
		cmocka_unit_test(errors_and_resets_are_not_answered),
		cmocka_unit_test(a_refusal_has_to_pass_itself),
		cmocka_unit_test(a_rate_that_decides_makes_it_unknown),
		cmocka_unit_test(a_rate_that_changes_nothing_does_not_matter),
		cmocka_unit_test(the_same_question_has_one_answer),
		cmocka_unit_test(a_program_may_accept_or_drop),
		cmocka_unit_test(too_many_cases_are_capped),
		cmocka_unit_test(without_memory_it_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
