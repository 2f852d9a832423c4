#include "walked.h"

static u128 v4(uint32_t host_order)
{
	return (u128)0xffff << 32 | host_order;
}

static u128 name(const char *s)
{
	return field_from_name(s, strlen(s));
}

/* 192.168.1.5/24 on eth0, 172.17.0.1/16 on docker0. */
static const struct walk_host *host(void)
{
	static struct walk_address list[2];
	static const struct walk_host h = { .addresses = list, .count = 2 };

	list[0] = (struct walk_address){ name("eth0"), v4(0xc0a80105), 120 };
	list[1] = (struct walk_address){ name("docker0"), v4(0xac110001), 112 };
	return &h;
}

static const char docker[] =
	"*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n"
	":OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n:DOCKER - [0:0]\n"
	"-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n"
	"-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER\n"
	"-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE\n"
	"-A DOCKER -i docker0 -j RETURN\n"
	"-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT"
	" --to-destination 172.17.0.2:80\nCOMMIT\n"
	"*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n"
	":OUTPUT ACCEPT [0:0]\n:DOCKER - [0:0]\n"
	"-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED"
	" -j ACCEPT\n"
	"-A FORWARD -o docker0 -j DOCKER\n"
	"-A FORWARD -i docker0 ! -o docker0 -j ACCEPT\n"
	"-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp"
	" --dport 80 -j ACCEPT\nCOMMIT\n";

static void a_new_destination_turns_input_into_forward(void **state)
{
	struct walked w;
	const struct walk_way *way = &w.result.way;

	(void)state;
	walked_read(&w, docker);
	walked_ask(&w, "in=eth0 src=10.1.0.7 dst=192.168.1.5 tcp dport=8080",
		   host());
	walked_expect(&way->verdict, "accept DOCKER 1");
	assert_true(way->last.value[FIELD_DADDR] == v4(0xac110002));
	assert_int_equal(way->last.value[FIELD_DPORT], 80);
	assert_int_equal(way->change_count, 2);
	walked_done(&w);
}

static void its_reply_is_set_back_behind_the_filter(void **state)
{
	struct walked w;
	const struct walk_way *reply = &w.result.reply;

	(void)state;
	walked_read(&w, docker);
	walked_ask(&w, "in=eth0 src=10.1.0.7 dst=192.168.1.5 tcp dport=8080",
		   host());
	assert_true(w.result.has_reply);
	walked_expect(&reply->verdict, "accept FORWARD 3");
	assert_true(reply->packet.value[FIELD_SADDR] == v4(0xac110002));
	assert_true(reply->last.value[FIELD_SADDR] == v4(0xc0a80105));
	assert_int_equal(reply->last.value[FIELD_SPORT], 8080);
	walked_done(&w);
}

/* Where the host's addresses are not told, the way out is not known. */
static void without_addresses_the_way_out_is_a_doubt(void **state)
{
	struct walked w;

	(void)state;
	walked_read(&w, docker);
	walked_ask(&w, "in=eth0 src=10.1.0.7 dst=192.168.1.5 tcp dport=8080",
		   NULL);
	assert_int_equal(w.result.way.verdict.decision, WALK_UNKNOWN);
	assert_true(w.result.way.outcomes[WALK_ACCEPT]);
	assert_true(w.result.way.outcomes[WALK_DROP]);
	assert_int_equal(w.result.way.doubt_count, 1);
	assert_int_equal(w.result.way.doubts[0].cond->field, FIELD_OIF);
	walked_done(&w);
}

static void redirect_stays_on_the_host(void **state)
{
	(void)state;
	walked_is("*nat\n:PREROUTING ACCEPT [0:0]\n"
		  "-A PREROUTING -p tcp -m tcp --dport 80 -j REDIRECT"
		  " --to-ports 3128\nCOMMIT\n"
		  "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n"
		  "-A INPUT -p tcp -m tcp --dport 3128 -j ACCEPT\nCOMMIT\n",
		  "in=eth0 out=eth1 src=10.1.0.7 dst=10.9.9.9 tcp dport=80",
		  "accept INPUT 1");
}

static void nat_is_asked_for_new_connections_only(void **state)
{
	static const char rules[] = "*nat\n:PREROUTING ACCEPT [0:0]\n"
				    "-A PREROUTING -p tcp -j DROP\nCOMMIT\n";

	(void)state;
	walked_is(rules, "in=eth0 tcp dport=80 syn", "drop PREROUTING 1");
	walked_is(rules, "in=eth0 tcp dport=80 flags=ACK state=established",
		  "accept");
	walked_is(rules, "in=eth0 tcp dport=80 state=invalid", "accept");
	/* Sent again before anybody answered. */
	walked_is(rules, "in=eth0 tcp dport=80 syn state=new confirmed=1",
		  "accept");
}

static void untracked_packets_are_not_translated(void **state)
{
	(void)state;
	walked_is("*raw\n:PREROUTING ACCEPT [0:0]\n"
		  "-A PREROUTING -j CT --notrack\nCOMMIT\n"
		  "*nat\n:PREROUTING ACCEPT [0:0]\n"
		  "-A PREROUTING -p tcp -j DROP\nCOMMIT\n",
		  "in=eth0 tcp dport=80 syn", "accept PREROUTING policy");
}

static void only_the_first_nat_chain_that_translates_counts(void **state)
{
	struct walked w;

	(void)state;
	walked_read(&w,
		    "table ip x {\n"
		    " chain a {\n  type nat hook prerouting priority -90;\n"
		    "  dnat to 10.0.0.9\n }\n"
		    " chain b {\n  type nat hook prerouting priority -100;\n"
		    "  dnat to 10.0.0.8\n }\n}\n");
	walked_ask(&w, "in=eth0 src=10.1.0.7 dst=10.0.0.1 tcp dport=80", NULL);
	assert_true(w.result.way.last.value[FIELD_DADDR] == v4(0x0a000008));
	assert_int_equal(w.result.way.change_count, 1);
	walked_done(&w);
}

/* All nat chains are met where the kernel's own nat hook stands. */
static void nat_chains_run_at_nats_own_place(void **state)
{
	(void)state;
	walked_is("table ip x {\n"
		  " chain a {\n  type nat hook prerouting priority -290;\n"
		  "  dnat to 10.0.0.9\n }\n"
		  " chain b {\n"
		  "  type filter hook prerouting priority -150;\n"
		  "  ip daddr 10.0.0.9 drop\n }\n"
		  " chain c {\n"
		  "  type filter hook prerouting priority -50;\n"
		  "  ip daddr 10.0.0.9 drop\n }\n}\n",
		  "in=eth0 src=10.1.0.7 dst=10.0.0.1 tcp dport=80", "drop c 1");
}

static void masquerade_takes_the_address_of_the_way_out(void **state)
{
	struct walked w;

	(void)state;
	walked_read(&w, docker);
	walked_ask(
		&w,
		"in=docker0 out=eth0 src=172.17.0.2 dst=8.8.8.8 udp dport=53",
		host());
	walked_expect(&w.result.way.verdict, "accept FORWARD 3");
	assert_true(w.result.way.last.value[FIELD_SADDR] == v4(0xc0a80105));
	walked_expect(&w.result.reply.verdict, "accept FORWARD 1");
	assert_true(w.result.reply.packet.value[FIELD_DADDR] == v4(0xc0a80105));
	assert_true(w.result.reply.last.value[FIELD_DADDR] == v4(0xac110002));
	walked_done(&w);
}

static void netmap_keeps_the_hosts_part(void **state)
{
	struct walked w;

	(void)state;
	walked_read(&w, "*nat\n:PREROUTING ACCEPT [0:0]\n"
			"-A PREROUTING -d 10.5.0.0/16 -j NETMAP"
			" --to 192.168.0.0/16\nCOMMIT\n");
	walked_ask(&w, "in=eth0 out=eth1 dst=10.5.3.4 udp dport=53", NULL);
	assert_true(w.result.way.last.value[FIELD_DADDR] == v4(0xc0a80304));
	walked_done(&w);
}

static void a_marked_connection_marks_its_reply(void **state)
{
	static const char rules[] =
		"*mangle\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
		"-A PREROUTING -j MARK --set-xmark 0x7/0xffffffff\n"
		"-A PREROUTING -j CONNMARK --save-mark\n"
		"-A OUTPUT -j CONNMARK --restore-mark\nCOMMIT\n"
		"*filter\n:OUTPUT ACCEPT [0:0]\n"
		"-A OUTPUT -m mark --mark 0x7 -j DROP\nCOMMIT\n";
	struct walked w;

	(void)state;
	walked_read(&w, rules);
	walked_ask(&w, "in=eth0 tcp dport=22 syn", NULL);
	walked_expect(&w.result.reply.verdict, "drop OUTPUT 1");
	walked_done(&w);
}

/* The kernel's own translations were compared; what differed is below. */
static void a_source_stays_in_its_range_only_with_its_port(void **state)
{
	static const char rules[] =
		"*nat\n:POSTROUTING ACCEPT [0:0]\n"
		"-A POSTROUTING -p tcp -j SNAT"
		" --to-source 10.9.0.4-10.9.0.9:80-81\nCOMMIT\n";
	struct walked w;
	const struct walk_way *way = &w.result.way;

	(void)state;
	walked_read(&w, rules);
	walked_ask(&w,
		   "in=eth0 out=eth1 src=10.9.0.5 dst=10.1.1.1 tcp sport=80",
		   host());
	assert_true(way->last.value[FIELD_SADDR] == v4(0x0a090005));
	assert_true(point_has(&way->last, FIELD_SADDR));
	walked_ask(&w,
		   "in=eth0 out=eth1 src=10.9.0.5 dst=10.1.1.1 tcp sport=22",
		   host());
	assert_false(point_has(&way->last, FIELD_SADDR));
	assert_false(point_has(&way->last, FIELD_SPORT));
	walked_done(&w);
}

static void an_untracked_reply_stays_with_the_address_it_came_to(void **state)
{
	static const char rules[] =
		"*raw\n:PREROUTING ACCEPT [0:0]\n"
		"-A PREROUTING -d 192.168.1.5 -j NOTRACK\nCOMMIT\n"
		"*nat\n:POSTROUTING ACCEPT [0:0]\n"
		"-A POSTROUTING -o eth0 -j MASQUERADE\nCOMMIT\n"
		"*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n"
		"COMMIT\n";
	struct walked w;

	(void)state;
	walked_read(&w, rules);
	walked_ask(&w,
		   "in=docker0 out=eth0 src=172.17.0.2 dst=10.1.1.1 tcp"
		   " dport=80 syn",
		   host());
	walked_expect(&w.result.way.verdict, "accept FORWARD policy");
	walked_expect(&w.result.reply.verdict, "drop INPUT policy");
	walked_done(&w);
}

static void an_answer_to_a_reset_connection_is_of_none(void **state)
{
	struct walked w;

	(void)state;
	walked_read(&w, "*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT DROP [0:0]\n"
			"-A OUTPUT -m conntrack --ctstate NEW -j ACCEPT\n"
			"-A OUTPUT -m conntrack --ctstate INVALID -j DROP\n"
			"COMMIT\n");
	walked_ask(&w, "in=eth0 tcp dport=80 flags=fin state=invalid", host());
	walked_expect(&w.result.reply.verdict, "drop OUTPUT 2");
	walked_done(&w);
}

static void a_mark_is_restored_of_a_connection_only(void **state)
{
	static const char rules[] =
		"*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n"
		"-A PREROUTING -j MARK --set-xmark 0x1/0xff\n"
		"-A PREROUTING -j CONNMARK --restore-mark\n"
		"-A INPUT -m mark --mark 0x1 -j DROP\nCOMMIT\n";

	(void)state;
	walked_is(rules, "in=eth0 tcp dport=80 flags=fin state=invalid",
		  "drop INPUT 1");
	walked_is(rules, "in=eth0 tcp dport=80 syn ct-mark=0x5",
		  "accept INPUT policy");
	walked_is("table ip t {\nchain c {\n"
		  "type filter hook input priority 0;\n"
		  "meta mark set 0x1\n"
		  "meta mark set ct mark drop\n"
		  "meta mark 0x1 reject\n}\n}\n",
		  "in=eth0 udp dport=80 state=untracked",
		  "reject c 3 icmp-port-unreachable");
}

static void what_comes_back_by_loopback_is_confirmed(void **state)
{
	(void)state;
	walked_is("*filter\n:INPUT DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n"
		  "-A OUTPUT -m conntrack --ctstatus CONFIRMED -j DROP\n"
		  "-A INPUT -m conntrack --ctstatus CONFIRMED -j ACCEPT\n"
		  "COMMIT\n",
		  "out=lo src=127.0.0.1 dst=127.0.0.1 tcp dport=80 syn",
		  "accept INPUT 1");
}

static void a_translated_source_is_this_hosts_by_its_address(void **state)
{
	static const char rules[] =
		"*nat\n:POSTROUTING ACCEPT [0:0]\n"
		"-A POSTROUTING -d 10.1.1.1 -j SNAT --to-source 192.168.1.5\n"
		"-A POSTROUTING -j SNAT --to-source 203.0.113.1\nCOMMIT\n";
	struct walked w;
	const struct walk_way *reply = &w.result.reply;

	(void)state;
	walked_read(&w, rules);
	walked_ask(&w,
		   "in=docker0 out=eth0 src=172.17.0.2 dst=10.1.1.1 tcp"
		   " dport=80 syn",
		   host());
	assert_int_equal(reply->packet.value[FIELD_DADDR_TYPE], 2);
	walked_ask(&w,
		   "in=docker0 out=eth0 src=172.17.0.2 dst=10.1.1.2 tcp"
		   " dport=80 syn",
		   host());
	assert_int_equal(reply->packet.value[FIELD_DADDR_TYPE], 1);
	walked_done(&w);
}

/* Loopback's address is none for others; of two, the nearer one. */
static void masquerade_chooses_among_addresses(void **state)
{
	static const char rules[] = "*nat\n:POSTROUTING ACCEPT [0:0]\n"
				    "-A POSTROUTING -j MASQUERADE\nCOMMIT\n";
	struct walk_address list[] = {
		{ name("lo"), v4(0x7f000001), 104 },
		{ name("eth0"), v4(0xc0a80105), 120 },
		{ name("eth0"), v4(0x0a000001), 104 },
	};
	const struct walk_host h = { list, 3 };
	struct walked w;
	const struct walk_way *way = &w.result.way;

	(void)state;
	walked_read(&w, rules);
	walked_ask(&w, "out=lo src=192.168.1.5 dst=192.168.1.5 udp dport=53",
		   &h);
	assert_false(point_has(&way->last, FIELD_SADDR));
	walked_ask(&w, "in=eth1 out=eth0 src=172.17.0.2 dst=10.7.7.7 udp", &h);
	assert_true(way->last.value[FIELD_SADDR] == v4(0x0a000001));
	walked_ask(&w, "in=eth1 out=eth0 src=172.17.0.2 dst=9.9.9.9 udp", &h);
	assert_true(way->last.value[FIELD_SADDR] == v4(0xc0a80105));
	walked_done(&w);
}

/* Who had asked 192.168.1.5:8080 is answered from there. */
static void a_refusal_comes_from_whom_the_sender_asked(void **state)
{
	static const char rules[] =
		"*nat\n:PREROUTING ACCEPT [0:0]\n"
		"-A PREROUTING -p tcp --dport 8080 -j DNAT"
		" --to-destination 172.17.0.2:80\nCOMMIT\n"
		"*filter\n:FORWARD ACCEPT [0:0]\n"
		"-A FORWARD -p tcp -j REJECT --reject-with tcp-reset\nCOMMIT\n";
	struct walked w;
	const struct walk_way *refusal = &w.result.refusal;

	(void)state;
	walked_read(&w, rules);
	walked_ask(&w,
		   "in=eth0 src=10.1.0.7 dst=192.168.1.5 tcp sport=999"
		   " dport=8080 syn",
		   host());
	assert_true(w.result.has_refusal);
	assert_true(refusal->last.value[FIELD_SADDR] == v4(0xc0a80105));
	assert_int_equal(refusal->last.value[FIELD_SPORT], 8080);
	walked_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_destination_turns_input_into_forward),
		cmocka_unit_test(its_reply_is_set_back_behind_the_filter),
		cmocka_unit_test(without_addresses_the_way_out_is_a_doubt),
		cmocka_unit_test(redirect_stays_on_the_host),
		cmocka_unit_test(nat_is_asked_for_new_connections_only),
		cmocka_unit_test(untracked_packets_are_not_translated),
		cmocka_unit_test(
			only_the_first_nat_chain_that_translates_counts),
		cmocka_unit_test(nat_chains_run_at_nats_own_place),
		cmocka_unit_test(masquerade_takes_the_address_of_the_way_out),
		cmocka_unit_test(netmap_keeps_the_hosts_part),
		cmocka_unit_test(a_marked_connection_marks_its_reply),
		cmocka_unit_test(
			a_source_stays_in_its_range_only_with_its_port),
		cmocka_unit_test(
			an_untracked_reply_stays_with_the_address_it_came_to),
		cmocka_unit_test(an_answer_to_a_reset_connection_is_of_none),
		cmocka_unit_test(a_mark_is_restored_of_a_connection_only),
		cmocka_unit_test(what_comes_back_by_loopback_is_confirmed),
		cmocka_unit_test(
			a_translated_source_is_this_hosts_by_its_address),
		cmocka_unit_test(masquerade_chooses_among_addresses),
		cmocka_unit_test(a_refusal_comes_from_whom_the_sender_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
