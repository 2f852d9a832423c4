#include "planned.h"

static const char telnet[] =
	"*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n"
	":OUTPUT ACCEPT [0:0]\n"
	"-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT\n"
	"-A INPUT -p icmp -j ACCEPT\n"
	"-A INPUT -i lo -j ACCEPT\n"
	"-A INPUT -p tcp -m state --state NEW -m tcp --dport 22 -j ACCEPT\n"
	"-A INPUT -j REJECT --reject-with icmp-host-prohibited\n"
	"-A INPUT -p tcp -m tcp --dport 23 -j ACCEPT\n"
	"COMMIT\n";

static const char to_telnet[] =
	"in=eth0 src=192.168.30.1 dst=192.168.30.2 tcp dport=23";
static const char to_manager[] =
	"in=eth0 src=10.1.0.7 dst=172.16.1.2 tcp dport=5555";

static void summary_is(const struct planned *p, size_t i, const char *expected)
{
	const struct fix_candidate *c = planned_at(p, i);

	assert_non_null(c);
	assert_string_equal(c->summary, expected);
}

static void best_is(const char *rules, const char *packet, const char *client,
		    const char *summary, const char *effect)
{
	const struct fix_candidate *c;
	struct planned p;

	planned_read(&p, rules, packet, client);
	planned_make(&p);
	summary_is(&p, 0, summary);
	c = planned_at(&p, 0);
	assert_true(c->effect.is_known);
	assert_true(c->effect.lets_through);
	assert_string_equal(c->effect.text[0], effect);
	assert_string_equal(c->effect.text[c->effect.text_count - 1],
			    "Nothing else changes.");
	planned_done(&p);
}

static void story_1_is_one_accept_in_the_right_place(void **state)
{
	(void)state;
	best_is(telnet, to_manager, "10.1.0.7",
		"accept it above rule 5 of INPUT: -s 10.1.0.7 -p tcp -m state "
		"--state NEW -m tcp --dport 5555 -j ACCEPT",
		"It accepts exactly tcp/5555 from 10.1.0.7.");
}

static void story_2_is_the_reject_below_the_accept(void **state)
{
	(void)state;
	best_is(telnet, to_telnet, "192.168.30.1",
		"move rule 5 of INPUT below rule 6",
		"It accepts exactly what this rule says, which was never met "
		"before: -p tcp -m tcp --dport 23 -j ACCEPT.");
}

static const struct fix_candidate *by_id(const struct planned *p,
					 const char *id)
{
	const struct fix_candidate *c = p->plan.first;

	while (c && strcmp(c->id, id) != 0)
		c = c->next;
	return c;
}

/* What would be typed for the candidate of that id, lines joined; NULL: there
 * is none. */
static void commands_are(const char *rules, const char *packet,
			 const char *client, const char *id,
			 const char *expected)
{
	const struct fix_candidate *c;
	struct text t = TEXT_NULL;
	struct planned p;

	planned_read(&p, rules, packet, client);
	planned_make(&p);
	c = by_id(&p, id);
	if (!expected) {
		assert_null(c);
		planned_done(&p);
		return;
	}
	assert_non_null(c);
	assert_true(c->effect.lets_through);
	for (size_t i = 0; i < c->command_count; i++) {
		if (i)
			text_char(&t, '\n');
		text_str(&t, c->commands[i]);
	}
	assert_string_equal(text_string(&t), expected);
	text_done(&t);
	planned_done(&p);
}

static void a_move_brings_what_the_rule_says_and_an_insert_no_more(void **state)
{
	const struct fix_candidate *move, *insert;
	struct planned p;

	(void)state;
	planned_read(&p, telnet, to_telnet, "192.168.30.1");
	planned_make(&p);
	move = by_id(&p, "rule-move");
	insert = by_id(&p, "rule-insert");
	assert_false(move->effect.is_exact);
	assert_true(move->effect.is_as_written);
	assert_true(insert->effect.is_exact);
	assert_string_equal(insert->effect.text[0],
			    "It accepts exactly tcp/23 from 192.168.30.1.");
	planned_done(&p);
}

/* Others would be refused by the next chain, in another way. */
static void
a_move_that_another_chain_needs_more_for_is_not_the_best(void **state)
{
	static const char rules[] =
		"table inet filter {\n chain input {\n"
		"  type filter hook input priority 0; policy accept;\n"
		"  reject # handle 5\n"
		"  tcp dport 5555 accept # handle 6\n }\n}\n"
		"table ip other {\n chain in {\n"
		"  type filter hook input priority 10; policy accept;\n"
		"  tcp dport 5555 drop # handle 2\n }\n}\n";
	struct planned p;

	(void)state;
	planned_read(&p, rules, to_manager, "10.1.0.7");
	planned_make(&p);
	assert_string_equal(planned_at(&p, 0)->id, "rule-insert");
	assert_true(planned_at(&p, 0)->effect.is_exact);
	assert_false(by_id(&p, "rule-move")->effect.is_as_written);
	planned_done(&p);
}

/* A DROP for all above an ACCEPT that the others meet: a purpose, no accident. */
static void an_accept_that_others_meet_stays_where_it_is(void **state)
{
	static const char rules[] =
		"*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n"
		":OUTPUT ACCEPT [0:0]\n"
		"-A INPUT -s 10.1.0.0/24 -j DROP\n"
		"-A INPUT -p tcp -m tcp --dport 5555 -j ACCEPT\nCOMMIT\n";

	(void)state;
	commands_are(rules, to_manager, "10.1.0.7", "rule-move", NULL);
	commands_are(rules, to_manager, "10.1.0.7", "rule-insert",
		     "iptables -I INPUT 1 -s 10.1.0.7/32 -p tcp -m tcp "
		     "--dport 5555 -j ACCEPT");
}

static void rules_between_stay_below_the_refusal(void **state)
{
	(void)state;
	commands_are("*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n"
		     ":OUTPUT ACCEPT [0:0]\n"
		     "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n"
		     "-A INPUT -j DROP\n"
		     "-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT\n"
		     "[1:40] -A INPUT -p tcp -m tcp --dport 5555 -j ACCEPT\n"
		     "COMMIT\n",
		     to_manager, "10.1.0.7", "rule-move",
		     "iptables-restore -c --noflush <<'EOF'\n*filter\n"
		     "-D INPUT -p tcp -m tcp --dport 5555 -j ACCEPT\n"
		     "-C INPUT -j DROP\n"
		     "[1:40] -I INPUT 2 -p tcp -m tcp --dport 5555 -j ACCEPT\n"
		     "COMMIT\nEOF");
}

static void a_policy_is_passed_where_the_packet_leaves_the_chain(void **state)
{
	(void)state;
	commands_are("*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n"
		     ":OUTPUT ACCEPT [0:0]\n"
		     "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n"
		     "-A INPUT -s 10.0.0.0/8 -j RETURN\n"
		     "-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT\n"
		     "-A INPUT -j LOG\nCOMMIT\n",
		     to_manager, "10.1.0.7", "rule-insert",
		     "iptables -I INPUT 2 -s 10.1.0.7/32 -p tcp -m tcp --dport "
		     "5555 -j ACCEPT");
	commands_are("*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n"
		     ":OUTPUT ACCEPT [0:0]\n"
		     "-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT\n"
		     "-A INPUT -j LOG\nCOMMIT\n",
		     to_manager, "10.1.0.7", "rule-insert",
		     "iptables -I INPUT 2 -s 10.1.0.7/32 -p tcp -m tcp --dport "
		     "5555 -j ACCEPT");
}

static void an_accept_moves_above_the_jump_to_what_refuses(void **state)
{
	(void)state;
	commands_are("*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n"
		     ":OUTPUT ACCEPT [0:0]\n:deny - [0:0]\n"
		     "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n"
		     "-A INPUT -j deny\n"
		     "-A INPUT -p tcp -m tcp --dport 5555 -j ACCEPT\n"
		     "-A deny -j LOG\n-A deny -j DROP\nCOMMIT\n",
		     to_manager, "10.1.0.7", "rule-move",
		     "iptables-restore -c --noflush <<'EOF'\n*filter\n"
		     "-D INPUT -p tcp -m tcp --dport 5555 -j ACCEPT\n"
		     "-C INPUT -j deny\n"
		     "-I INPUT 2 -p tcp -m tcp --dport 5555 -j ACCEPT\n"
		     "COMMIT\nEOF");
}

static void every_engine_and_the_answer_get_their_own(void **state)
{
	(void)state;
	commands_are(
		"*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n"
		":OUTPUT DROP [0:0]\n"
		"-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j "
		"ACCEPT\n"
		"-A OUTPUT -p tcp -m tcp --sport 22 -j ACCEPT\nCOMMIT\n"
		"table inet x {\n chain in {\n"
		"  type filter hook input priority 10; policy accept;\n"
		"  tcp dport 5555 drop # handle 4\n }\n}\n",
		to_manager, "10.1.0.7", "rule-insert",
		"iptables -A INPUT -s 10.1.0.7/32 -p tcp -m tcp --dport 5555 "
		"-j ACCEPT\n"
		"nft insert rule inet x in handle 4 ip saddr 10.1.0.7 tcp "
		"dport 5555 accept\n"
		"iptables -A OUTPUT -d 10.1.0.7/32 -p tcp -m conntrack "
		"--ctstate ESTABLISHED -m tcp --sport 5555 -j ACCEPT");
}

static const char both_families[] =
	"table inet filter {\n chain input {\n"
	"  type filter hook input priority 0; policy drop;\n"
	"  ct state established accept # handle 3\n"
	"  iifname \"eth0\" tcp dport 22 ct state new counter accept # handle "
	"4\n"
	"  reject with icmpx admin-prohibited # handle 5\n }\n}\n";

static void an_inet_rule_does_not_open_the_other_family(void **state)
{
	(void)state;
	commands_are(both_families, to_manager, NULL, "rule-insert",
		     "nft 'insert rule inet filter input handle 5 iifname "
		     "\"eth0\" meta nfproto ipv4 tcp dport 5555 ct state new "
		     "counter accept'");
	commands_are(both_families,
		     "in=eth0 src=fd00::7 dst=fd00::1 tcp dport=5555",
		     "fd00::/64", "rule-insert",
		     "nft 'insert rule inet filter input handle 5 iifname "
		     "\"eth0\" ip6 saddr fd00::/64 tcp dport 5555 ct state new "
		     "counter accept'");
	best_is(both_families, to_manager, NULL,
		"accept it above rule 3 of input: iifname \"eth0\" meta "
		"nfproto ipv4 tcp dport 5555 ct state new counter accept",
		"It accepts exactly tcp/5555 from everywhere.");
}

static void ipv6_is_typed_for_ip6tables(void **state)
{
	(void)state;
	commands_are("# Generated by ip6tables-save\n*filter\n"
		     ":INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n"
		     ":OUTPUT ACCEPT [0:0]\nCOMMIT\n",
		     "in=eth0 src=fd00::7 dst=fd00::1 udp dport=53", "fd00::7",
		     "rule-insert",
		     "ip6tables -A INPUT -s fd00::7/128 -p udp -m udp --dport "
		     "53 -j ACCEPT");
}

static void a_rule_for_new_packets_needs_one_for_the_others(void **state)
{
	(void)state;
	commands_are("*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n"
		     ":OUTPUT ACCEPT [0:0]\n"
		     "-A INPUT -p tcp -m state --state NEW -m tcp --dport 22 "
		     "-j ACCEPT\nCOMMIT\n",
		     to_manager, "10.1.0.7", "rule-insert",
		     "iptables -A INPUT -s 10.1.0.7/32 -p tcp -m tcp --dport "
		     "5555 -j ACCEPT");
}

static void a_translated_packet_is_accepted_where_it_goes(void **state)
{
	(void)state;
	commands_are(
		"*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n"
		":OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n"
		"-A PREROUTING -p tcp -m tcp --dport 8080 -j DNAT "
		"--to-destination 10.9.0.2:80\nCOMMIT\n"
		"*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n"
		":OUTPUT ACCEPT [0:0]\n"
		"-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j "
		"ACCEPT\nCOMMIT\n",
		"in=eth0 out=eth1 src=10.1.0.7 dst=172.16.1.2 tcp dport=8080",
		"10.1.0.7", "rule-insert",
		"iptables -A FORWARD -s 10.1.0.7/32 -d 10.9.0.2/32 -p tcp -m "
		"tcp --dport 80 -j ACCEPT");
}

/* The chain serves FORWARD, too: only above its jump is the insert exact. */
static const char shared[] =
	"*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n"
	":OUTPUT ACCEPT [0:0]\n:both - [0:0]\n"
	"-A INPUT -j both\n-A FORWARD -j both\n"
	"-A both -m state --state RELATED,ESTABLISHED -j ACCEPT\n"
	"-A both -s 10.1.0.9/32 -j RETURN\n"
	"-A both -m limit --limit 5/min -j LOG\n"
	"-A both -j REJECT --reject-with icmp-host-prohibited\nCOMMIT\n";

static void what_two_hooks_share_is_told(void **state)
{
	const struct fix_candidate *c;
	struct planned p;

	(void)state;
	planned_read(&p, shared, to_manager, "10.1.0.7");
	planned_make(&p);
	summary_is(&p, 0,
		   "accept it above rule 1 of INPUT: -s 10.1.0.7 -p tcp -m tcp "
		   "--dport 5555 -j ACCEPT");
	assert_true(planned_at(&p, 0)->effect.is_exact);
	c = by_id(&p, "rule-insert");
	assert_string_equal(c->summary,
			    "accept it above rule 3 of both: -s 10.1.0.7 -p "
			    "tcp -m tcp --dport 5555 -j ACCEPT");
	assert_false(c->effect.is_exact);
	assert_true(c->effect.outside > 0);
	assert_string_equal(c->effect.text[0],
			    "It accepts tcp/5555 from 10.1.0.7, and more than "
			    "that.");
	assert_non_null(strstr(c->effect.text[1], "FORWARD"));
	planned_done(&p);
}

static const char sets[] =
	"create ban hash:ip family inet\nadd ban 10.1.0.7\n"
	"create nets hash:net family inet\nadd nets 10.1.0.0/16\n"
	"create good hash:net family inet\nadd good 10.2.0.0/16\n";

static void banned_by(const char *rule, const char *expected)
{
	struct text t = TEXT_NULL;

	text_format(&t,
		    "%s*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n"
		    ":OUTPUT ACCEPT [0:0]\n%s\nCOMMIT\n",
		    sets, rule);
	commands_are(text_string(&t), to_manager, "10.1.0.7", "set-element",
		     expected);
	text_done(&t);
}

static void a_set_is_asked_for_its_element(void **state)
{
	(void)state;
	banned_by("-A INPUT -m set --match-set ban src -j DROP",
		  "ipset del ban 10.1.0.7");
	banned_by("-A INPUT -m set --match-set nets src -j DROP",
		  "ipset add nets 10.1.0.7 nomatch");
	banned_by("-A INPUT -m set ! --match-set good src -j DROP",
		  "ipset add good 10.1.0.7");
	banned_by("-A INPUT -p tcp -m set --match-set good src -m tcp --dport "
		  "5555 -j ACCEPT\n-A INPUT -j DROP",
		  "ipset add good 10.1.0.7");
	/* Another port's, and another side's. */
	banned_by("-A INPUT -p tcp -m set --match-set good src -m tcp --dport "
		  "22 -j ACCEPT\n-A INPUT -j DROP",
		  NULL);
	banned_by("-A INPUT -m set ! --match-set good dst -j DROP", NULL);
}

static void a_set_of_nft_is_asked_too(void **state)
{
	static const char rules[] =
		"table ip filter {\n set ban {\n  type ipv4_addr\n"
		"  flags interval\n  elements = { 10.1.0.7, 10.2.0.0/16 }\n }\n"
		" chain input {\n"
		"  type filter hook input priority 0; policy accept;\n"
		"  ip saddr @ban drop # handle 4\n }\n}\n";

	(void)state;
	commands_are(rules, to_manager, "10.1.0.7", "set-element",
		     "nft delete element ip filter ban '{ 10.1.0.7 }'");
	commands_are(rules,
		     "in=eth0 src=10.2.0.7 dst=172.16.1.2 tcp dport=5555",
		     "10.2.0.7", "set-element", NULL);
}

static void what_is_not_tracked_is_tracked_for_this_client(void **state)
{
	(void)state;
	commands_are(
		"*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
		"-A PREROUTING -p tcp -m tcp --dport 5555 -j CT --notrack\n"
		"-A OUTPUT -p tcp -m tcp --sport 5555 -j CT --notrack\n"
		"COMMIT\n*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n"
		":OUTPUT DROP [0:0]\n"
		"-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j "
		"ACCEPT\n"
		"-A INPUT -p tcp -m conntrack --ctstate NEW -m tcp --dport "
		"5555 -j ACCEPT\n"
		"-A OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j "
		"ACCEPT\nCOMMIT\n",
		to_manager, "10.1.0.7", "rule-track",
		"iptables -t raw -I PREROUTING 1 -s 10.1.0.7/32 -p tcp -m tcp "
		"--dport 5555 -j ACCEPT\n"
		"iptables -t raw -I OUTPUT 1 -d 10.1.0.7/32 -p tcp -m tcp "
		"--sport 5555 -j ACCEPT");
}

static const char bans[] =
	"*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n"
	":OUTPUT ACCEPT [0:0]\n"
	"-A INPUT -s 10.1.0.7/32 -p tcp -m tcp --dport 5555 -j DROP\n"
	"-A INPUT -s 10.1.0.0/16 -p tcp -m tcp --dport 5556 -j DROP\n"
	"-A INPUT -p tcp -m tcp --dport 5557 -j DROP\nCOMMIT\n";

static void a_ban_of_one_client_can_go(void **state)
{
	const struct fix_candidate *c;
	struct planned p;

	(void)state;
	commands_are(bans, to_manager, "10.1.0.7", "rule-delete",
		     "iptables -D INPUT -s 10.1.0.7/32 -p tcp -m tcp --dport "
		     "5555 -j DROP");
	/* One of a whole network, never. */
	commands_are(bans, "in=eth0 src=10.1.0.7 dst=172.16.1.2 tcp dport=5556",
		     "10.1.0.7", "rule-delete", NULL);
	planned_read(&p, bans, to_manager, "10.1.0.7");
	planned_make(&p);
	c = by_id(&p, "rule-delete");
	assert_true(c->effect.is_exact);
	assert_int_equal(c->risk, FIX_RISK_SOME);
	planned_done(&p);
}

static void a_refusal_of_all_can_leave_one_out(void **state)
{
	static const char packet[] =
		"in=eth0 src=10.1.0.7 dst=172.16.1.2 tcp dport=5557";

	(void)state;
	commands_are(bans, packet, "10.1.0.7", "rule-narrow",
		     "iptables-restore -c --noflush <<'EOF'\n*filter\n"
		     "-C INPUT -p tcp -m tcp --dport 5557 -j DROP\n"
		     "-I INPUT 3 ! -s 10.1.0.7/32 -p tcp -m tcp --dport 5557 "
		     "-j DROP\n"
		     "-D INPUT -p tcp -m tcp --dport 5557 -j DROP\n"
		     "COMMIT\nEOF");
	commands_are(bans, packet, NULL, "rule-narrow", NULL);
}

static void a_limit_that_no_longer_counts_is_told(void **state)
{
	static const char rules[] =
		"*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n"
		":OUTPUT ACCEPT [0:0]\n"
		"-A INPUT -p tcp -m tcp --dport 5555 -m limit --limit 5/min "
		"-j ACCEPT\nCOMMIT\n";
	const struct fix_candidate *c;
	struct planned p;

	(void)state;
	planned_read(&p, rules, to_manager, "10.1.0.7");
	planned_make(&p);
	c = planned_at(&p, 0);
	assert_non_null(c);
	assert_int_equal(c->risk, FIX_RISK_SOME);
	assert_true(c->effect.lets_through);
	planned_done(&p);
}

static void of_several_that_may_refuse_the_first_counts(void **state)
{
	(void)state;
	commands_are("*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n"
		     ":OUTPUT ACCEPT [0:0]\n"
		     "-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT\n"
		     "-A INPUT -p tcp -m tcp --dport 5555 -j NFQUEUE "
		     "--queue-num 3\nCOMMIT\n",
		     to_manager, "10.1.0.7", "rule-insert",
		     "iptables -I INPUT 2 -s 10.1.0.7/32 -p tcp -m tcp --dport "
		     "5555 -j ACCEPT");
	commands_are("*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n"
		     ":OUTPUT ACCEPT [0:0]\n"
		     "-A INPUT -p tcp -m tcp --dport 5555 -m connlimit "
		     "--connlimit-above 2 -j DROP\n"
		     "-A INPUT -p tcp -m time --timestart 08:00 -j DROP\n"
		     "-A INPUT -p tcp -m mac --mac-source 00:11:22:33:44:55 "
		     "-j ACCEPT\n-A INPUT -j DROP\nCOMMIT\n",
		     to_manager, "10.1.0.7", "rule-insert",
		     "iptables -I INPUT 1 -s 10.1.0.7/32 -p tcp -m tcp --dport "
		     "5555 -j ACCEPT");
}

/* Who looked at the bridge says so; the walk does not meet it. */
static void a_bridge_gets_its_own(void **state)
{
	static const char rules[] =
		"*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n"
		":OUTPUT ACCEPT [0:0]\nCOMMIT\n"
		"table bridge br {\n chain input {\n"
		"  type filter hook input priority 0; policy accept;\n"
		"  iifname \"p1\" tcp dport 22 accept # handle 3\n"
		"  ip saddr 10.1.0.0/16 tcp dport 5555 drop # handle 4\n"
		" }\n}\n";
	struct culprit *c;
	struct planned p;

	(void)state;
	planned_read(&p, rules, to_manager, "10.1.0.7");
	c = culprit_new(p.arena, CULPRIT_FIREWALL_RULE, VANTAGE_SERVER, "x");
	culprit_text(c, p.arena, "family", "bridge");
	culprit_text(c, p.arena, "table", "br");
	culprit_text(c, p.arena, "chain", "input");
	culprit_number(c, "rule", 2);
	p.plan.faults[0] = (struct fix_fault){ .culprit = c };
	p.plan.fault_count = 1;
	assert_int_equal(fix_plan_make(&p.planning), 0);
	assert_non_null(p.plan.first);
	assert_true(p.plan.first->effect.is_exact);
	assert_int_equal(p.plan.first->command_count, 2);
	assert_string_equal(p.plan.first->commands[1],
			    "nft insert rule bridge br input handle 4 ip saddr "
			    "10.1.0.7 tcp dport 5555 accept");
	planned_done(&p);
}

static void a_full_set_is_not_put_into(void **state)
{
	static const char full[] =
		"create good hash:ip family inet maxelem 1\nadd good 10.2.0.1\n"
		"*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n"
		":OUTPUT ACCEPT [0:0]\n-A INPUT -p tcp -m set --match-set good "
		"src -m tcp --dport 5555 -j ACCEPT\nCOMMIT\n";
	struct planned p;

	(void)state;
	planned_read(&p, full, to_manager, "10.1.0.7");
	planned_make(&p);
	assert_null(by_id(&p, "set-element"));
	assert_non_null(by_id(&p, "rule-insert"));
	assert_int_equal(p.plan.remark_count, 1);
	assert_non_null(strstr(p.plan.remarks[0], "good is full (1 of 1)"));
	planned_done(&p);
}

static void what_is_said_after_the_handshake_counts(void **state)
{
	(void)state;
	best_is("table inet t {\n chain o {\n  type filter hook output priority "
		"0; policy accept;\n  tcp flags & psh == psh drop # handle 2\n"
		" }\n}\n",
		to_manager, "10.1.0.7",
		"accept it above rule 1 of o: ip daddr 10.1.0.7 tcp sport 5555 "
		"ct state established accept",
		"It accepts exactly tcp/5555 from 10.1.0.7.");
}

static void nothing_is_proposed_where_nothing_refuses(void **state)
{
	struct planned p;

	(void)state;
	planned_read(&p, telnet,
		     "in=eth0 src=10.1.0.7 dst=172.16.1.2 tcp "
		     "dport=22",
		     "10.1.0.7");
	planned_make(&p);
	assert_null(p.plan.first);
	assert_int_equal(p.plan.remark_count, 1);
	planned_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(story_1_is_one_accept_in_the_right_place),
		cmocka_unit_test(story_2_is_the_reject_below_the_accept),
		cmocka_unit_test(
			a_move_brings_what_the_rule_says_and_an_insert_no_more),
		cmocka_unit_test(
			a_move_that_another_chain_needs_more_for_is_not_the_best),
		cmocka_unit_test(an_accept_that_others_meet_stays_where_it_is),
		cmocka_unit_test(rules_between_stay_below_the_refusal),
		cmocka_unit_test(
			a_policy_is_passed_where_the_packet_leaves_the_chain),
		cmocka_unit_test(
			an_accept_moves_above_the_jump_to_what_refuses),
		cmocka_unit_test(every_engine_and_the_answer_get_their_own),
		cmocka_unit_test(an_inet_rule_does_not_open_the_other_family),
		cmocka_unit_test(ipv6_is_typed_for_ip6tables),
		cmocka_unit_test(
			a_rule_for_new_packets_needs_one_for_the_others),
		cmocka_unit_test(a_translated_packet_is_accepted_where_it_goes),
		cmocka_unit_test(what_two_hooks_share_is_told),
		cmocka_unit_test(a_set_is_asked_for_its_element),
		cmocka_unit_test(a_set_of_nft_is_asked_too),
		cmocka_unit_test(
			what_is_not_tracked_is_tracked_for_this_client),
		cmocka_unit_test(a_ban_of_one_client_can_go),
		cmocka_unit_test(a_refusal_of_all_can_leave_one_out),
		cmocka_unit_test(a_limit_that_no_longer_counts_is_told),
		cmocka_unit_test(of_several_that_may_refuse_the_first_counts),
		cmocka_unit_test(a_bridge_gets_its_own),
		cmocka_unit_test(a_full_set_is_not_put_into),
		cmocka_unit_test(what_is_said_after_the_handshake_counts),
		cmocka_unit_test(nothing_is_proposed_where_nothing_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
