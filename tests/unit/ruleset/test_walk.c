#include "walked.h"

/* iptables-save of one filter table. */
#define FILTER(rules)                                                          \
	"*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n"                \
	":OUTPUT ACCEPT [0:0]\n" rules "COMMIT\n"
#define DROPPING(rules)                                                        \
	"*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n"                    \
	":OUTPUT DROP [0:0]\n" rules "COMMIT\n"

static const char ssh[] = "in=eth0 src=10.1.0.7 dst=10.0.0.1 tcp dport=22 syn";

static void nobody_is_met_where_there_are_no_chains(void **state)
{
	(void)state;
	walked_is("table inet x {\n}\n", ssh, "accept");
}

static void the_first_verdict_counts(void **state)
{
	(void)state;
	walked_is(FILTER("-A INPUT -p udp -j DROP\n"
			 "-A INPUT -p tcp -j ACCEPT\n"
			 "-A INPUT -j DROP\n"),
		  ssh, "accept INPUT 2");
}

static void without_a_verdict_the_policy_decides(void **state)
{
	(void)state;
	walked_is(DROPPING("-A INPUT -p udp -j ACCEPT\n"), ssh,
		  "drop INPUT policy");
	walked_is("table ip x {\n chain in {\n"
		  "  type filter hook input priority 0; policy drop;\n }\n}\n",
		  ssh, "drop in policy");
}

static void a_packet_for_others_meets_forward(void **state)
{
	(void)state;
	walked_is(DROPPING("-A INPUT -j ACCEPT\n"),
		  "in=eth0 out=eth1 src=10.1.0.7 dst=10.2.0.1 tcp dport=22",
		  "drop FORWARD policy");
}

static void a_packet_of_this_host_meets_output(void **state)
{
	(void)state;
	walked_is(DROPPING("-A INPUT -j ACCEPT\n-A FORWARD -j ACCEPT\n"),
		  "out=eth0 src=10.0.0.1 dst=10.2.0.1 tcp dport=22",
		  "drop OUTPUT policy");
}

static void return_in_a_base_chain_is_its_policy(void **state)
{
	(void)state;
	walked_is(DROPPING("-A INPUT -p tcp -j RETURN\n-A INPUT -j ACCEPT\n"),
		  ssh, "drop INPUT policy");
	walked_is("table ip x {\n chain in {\n"
		  "  type filter hook input priority 0; policy drop;\n"
		  "  tcp dport 22 return\n  accept\n }\n}\n",
		  ssh, "drop in policy");
}

static void a_jump_comes_back(void **state)
{
	(void)state;
	walked_is("*filter\n:INPUT ACCEPT [0:0]\n:a - [0:0]\n"
		  "-A INPUT -j a\n-A INPUT -j DROP\n-A a -p udp -j ACCEPT\n"
		  "COMMIT\n",
		  ssh, "drop INPUT 2");
}

static void return_goes_back_to_the_caller(void **state)
{
	(void)state;
	walked_is("*filter\n:INPUT ACCEPT [0:0]\n:a - [0:0]\n"
		  "-A INPUT -j a\n-A INPUT -j DROP\n-A a -j RETURN\n"
		  "-A a -j ACCEPT\nCOMMIT\n",
		  ssh, "drop INPUT 2");
}

static void a_goto_comes_back_to_the_callers_caller(void **state)
{
	(void)state;
	walked_is("*filter\n:INPUT ACCEPT [0:0]\n:a - [0:0]\n:b - [0:0]\n"
		  "-A INPUT -j a\n-A INPUT -j DROP\n-A a -g b\n"
		  "-A a -j ACCEPT\n-A b -p udp -j ACCEPT\nCOMMIT\n",
		  ssh, "drop INPUT 2");
}

static void a_goto_out_of_a_base_chain_ends_in_its_policy(void **state)
{
	(void)state;
	walked_is("*filter\n:INPUT DROP [0:0]\n:a - [0:0]\n"
		  "-A INPUT -g a\n-A INPUT -j ACCEPT\n-A a -p udp -j ACCEPT\n"
		  "COMMIT\n",
		  ssh, "drop INPUT policy");
}

static void accept_ends_one_base_chain_only(void **state)
{
	(void)state;
	walked_is("table ip x {\n"
		  " chain a {\n  type filter hook input priority 0;\n"
		  "  tcp dport 22 accept\n }\n"
		  " chain b {\n  type filter hook input priority 10;\n"
		  "  tcp dport 22 drop\n }\n}\n",
		  ssh, "drop b 1");
}

static void drop_ends_all(void **state)
{
	(void)state;
	walked_is("table ip x {\n"
		  " chain a {\n  type filter hook input priority 0;\n"
		  "  tcp dport 22 accept\n }\n"
		  " chain b {\n  type filter hook input priority -10;\n"
		  "  tcp dport 22 drop\n }\n}\n",
		  ssh, "drop b 1");
}

static void of_equal_priority_the_later_chain_runs_first(void **state)
{
	(void)state;
	walked_is("table ip x {\n"
		  " chain a {\n  type filter hook input priority 0;\n"
		  "  drop\n }\n"
		  " chain b {\n  type filter hook input priority 0;\n"
		  "  drop\n }\n}\n",
		  ssh, "drop b 1");
}

static void dormant_tables_are_not_met(void **state)
{
	(void)state;
	walked_is("table ip x {\n flags dormant;\n"
		  " chain a {\n  type filter hook input priority 0;\n"
		  "  drop\n }\n}\n",
		  ssh, "accept");
}

static void tables_of_the_other_family_are_not_met(void **state)
{
	(void)state;
	walked_is("table ip6 x {\n"
		  " chain a {\n  type filter hook input priority 0;\n"
		  "  drop\n }\n}\n",
		  ssh, "accept");
	walked_is("table inet x {\n"
		  " chain a {\n  type filter hook input priority 0;\n"
		  "  drop\n }\n}\n",
		  "in=eth0 src=2001:db8::1 dst=2001:db8::2 tcp dport=22",
		  "drop a 1");
}

static void both_backends_are_met_by_priority(void **state)
{
	(void)state;
	walked_is(
		FILTER("-A INPUT -j ACCEPT\n") "table inet x {\n"
					       " chain a {\n  type filter hook input priority 5;\n"
					       "  tcp dport 22 drop\n }\n}\n",
		ssh, "drop a 1");
}

static void before_tracking_every_packet_is_invalid(void **state)
{
	(void)state;
	walked_is("table ip x {\n chain early {\n"
		  "  type filter hook prerouting priority raw;\n"
		  "  ct state invalid drop\n }\n}\n",
		  ssh, "drop early 1");
	walked_is("table ip x {\n chain late {\n"
		  "  type filter hook prerouting priority mangle;\n"
		  "  ct state invalid drop\n }\n}\n",
		  ssh, "accept late policy");
}

static void notrack_makes_a_packet_untracked(void **state)
{
	static const char rules[] =
		"*raw\n:PREROUTING ACCEPT [0:0]\n"
		"-A PREROUTING -p tcp -m tcp --dport 22 -j NOTRACK\nCOMMIT\n"
		"*filter\n:INPUT DROP [0:0]\n"
		"-A INPUT -m state --state UNTRACKED -j ACCEPT\n"
		"-A INPUT -m state --state NEW -j ACCEPT\nCOMMIT\n";

	(void)state;
	walked_is(rules, ssh, "accept INPUT 1");
	walked_is(rules, "in=eth0 tcp dport=23", "accept INPUT 2");
}

static void a_tcp_reset_answers_tcp_alone(void **state)
{
	static const char rules[] = "table ip x {\n chain a {\n"
				    "  type filter hook input priority 0;\n"
				    "  reject with tcp reset\n }\n}\n";

	(void)state;
	walked_is(rules, ssh, "reject a 1 tcp-reset");
	walked_is(rules, "in=eth0 tcp dport=22 flags=RST", "drop a 1");
	walked_is(rules, "in=eth0 udp dport=22", "accept a policy");
}

static void no_error_answers_an_error(void **state)
{
	static const char rules[] = FILTER(
		"-A INPUT -j REJECT --reject-with icmp-admin-prohibited\n");

	(void)state;
	walked_is(rules, "in=eth0 icmp type=3 code=1", "drop INPUT 1");
	walked_is(rules, "in=eth0 icmp type=8",
		  "reject INPUT 1 icmp-admin-prohibited");
}

static void no_error_answers_a_group_or_a_later_fragment(void **state)
{
	static const char rules[] = FILTER("-A INPUT -j REJECT\n");

	(void)state;
	walked_is(rules, "in=eth0 dst=224.0.0.251 udp dport=5353",
		  "drop INPUT 1");
	walked_is(rules, "in=eth0 dst=255.255.255.255 udp dport=67",
		  "drop INPUT 1");
	walked_is(rules, "in=eth0 udp fragment", "drop INPUT 1");
	walked_is(rules, "in=eth0 udp dport=53",
		  "reject INPUT 1 icmp-port-unreachable");
}

static void icmpx_is_told_in_the_packets_family(void **state)
{
	static const char rules[] =
		"table inet x {\n chain a {\n"
		"  type filter hook input priority 0;\n"
		"  reject with icmpx admin-prohibited\n }\n}\n";

	(void)state;
	walked_is(rules, ssh, "reject a 1 icmp-admin-prohibited");
	walked_is(rules, "in=eth0 ip6 tcp dport=22",
		  "reject a 1 icmp6-adm-prohibited");
}

static void marks_are_carried_from_hook_to_hook(void **state)
{
	static const char rules[] =
		"*mangle\n:PREROUTING ACCEPT [0:0]\n"
		"-A PREROUTING -i eth0 -j MARK --set-xmark 0x5/0xffffffff\n"
		"COMMIT\n" FILTER("-A INPUT -m mark --mark 0x5 -j DROP\n");

	(void)state;
	walked_is(rules, ssh, "drop INPUT 1");
	walked_is(rules, "in=eth1 tcp dport=22", "accept INPUT policy");
}

static void a_verdict_map_says_what_to_do(void **state)
{
	static const char rules[] =
		"table ip x {\n chain a {\n"
		"  type filter hook input priority 0;\n"
		"  tcp dport vmap { 22 : drop, 23 : jump b, 24 : accept }\n"
		"  reject\n }\n chain b {\n  drop\n }\n}\n";

	(void)state;
	walked_is(rules, ssh, "drop a 1");
	walked_is(rules, "in=eth0 tcp dport=23", "drop b 1");
	walked_is(rules, "in=eth0 tcp dport=24", "accept a 1");
	walked_is(rules, "in=eth0 tcp dport=25",
		  "reject a 2 icmp-port-unreachable");
}

static void a_negated_port_of_another_protocol_matches_nothing(void **state)
{
	(void)state;
	walked_is("table ip x {\n chain a {\n"
		  "  type filter hook input priority 0;\n"
		  "  tcp dport != 22 drop\n }\n}\n",
		  "in=eth0 udp dport=53", "accept a policy");
}

static void jumps_in_circles_end(void **state)
{
	struct walked w;

	(void)state;
	walked_read(&w, "*filter\n:INPUT ACCEPT [0:0]\n:a - [0:0]\n"
			":b - [0:0]\n-A INPUT -j a\n-A a -j b\n-A b -j a\n"
			"COMMIT\n");
	walked_ask(&w, ssh, NULL);
	assert_int_equal(w.result.way.verdict.decision, WALK_UNKNOWN);
	walked_done(&w);
	walked_read(&w, "*filter\n:INPUT ACCEPT [0:0]\n:a - [0:0]\n"
			":b - [0:0]\n-A INPUT -g a\n-A a -g b\n-A b -g a\n"
			"COMMIT\n");
	walked_ask(&w, ssh, NULL);
	assert_int_equal(w.result.way.verdict.decision, WALK_UNKNOWN);
	walked_done(&w);
}

static void what_a_host_sends_to_itself_comes_in_by_lo(void **state)
{
	(void)state;
	walked_is(FILTER("-A INPUT -i lo -p tcp -j DROP\n"),
		  "out=lo src=127.0.0.1 dst=127.0.0.1 tcp dport=22",
		  "drop INPUT 1");
	/* Confirmed on its way out; who sent it is forgotten. */
	walked_is(
		FILTER("-A INPUT -m conntrack --ctstatus CONFIRMED -j DROP\n"),
		"out=lo src=127.0.0.1 dst=127.0.0.1 tcp dport=22",
		"drop INPUT 1");
	walked_is("table ip x {\n chain i {\n"
		  "  type filter hook input priority 0\n"
		  "  meta skuid 33 drop\n }\n}\n",
		  "out=lo src=127.0.0.1 dst=127.0.0.1 tcp dport=22 uid=33",
		  "accept i policy");
}

static void ingress_is_met_on_its_device_alone(void **state)
{
	static const char rules[] =
		"table netdev x {\n chain a {\n"
		"  type filter hook ingress device \"eth0\" priority 0;\n"
		"  tcp dport 22 drop\n }\n}\n";

	(void)state;
	walked_is(rules, ssh, "drop a 1");
	walked_is(rules, "in=eth1 tcp dport=22", "accept");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_is_met_where_there_are_no_chains),
		cmocka_unit_test(the_first_verdict_counts),
		cmocka_unit_test(without_a_verdict_the_policy_decides),
		cmocka_unit_test(a_packet_for_others_meets_forward),
		cmocka_unit_test(a_packet_of_this_host_meets_output),
		cmocka_unit_test(return_in_a_base_chain_is_its_policy),
		cmocka_unit_test(a_jump_comes_back),
		cmocka_unit_test(return_goes_back_to_the_caller),
		cmocka_unit_test(a_goto_comes_back_to_the_callers_caller),
		cmocka_unit_test(a_goto_out_of_a_base_chain_ends_in_its_policy),
		cmocka_unit_test(accept_ends_one_base_chain_only),
		cmocka_unit_test(drop_ends_all),
		cmocka_unit_test(of_equal_priority_the_later_chain_runs_first),
		cmocka_unit_test(dormant_tables_are_not_met),
		cmocka_unit_test(tables_of_the_other_family_are_not_met),
		cmocka_unit_test(both_backends_are_met_by_priority),
		cmocka_unit_test(before_tracking_every_packet_is_invalid),
		cmocka_unit_test(notrack_makes_a_packet_untracked),
		cmocka_unit_test(a_tcp_reset_answers_tcp_alone),
		cmocka_unit_test(no_error_answers_an_error),
		cmocka_unit_test(no_error_answers_a_group_or_a_later_fragment),
		cmocka_unit_test(icmpx_is_told_in_the_packets_family),
		cmocka_unit_test(marks_are_carried_from_hook_to_hook),
		cmocka_unit_test(a_verdict_map_says_what_to_do),
		cmocka_unit_test(
			a_negated_port_of_another_protocol_matches_nothing),
		cmocka_unit_test(jumps_in_circles_end),
		cmocka_unit_test(what_a_host_sends_to_itself_comes_in_by_lo),
		cmocka_unit_test(ingress_is_met_on_its_device_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
