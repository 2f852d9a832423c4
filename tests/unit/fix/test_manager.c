/* Who keeps a rule, and what a change of it is in his language. */
#include "fixing.h"

#include "fix/effect.h"

static void ask(struct fixing *f, const char *packet)
{
	struct fix_ask *a = &f->plan.ask;

	a->protocol = IPPROTO_TCP;
	a->port = 5555;
	a->has_client = true;
	a->client = address_v4(0x0a010007);
	a->client_prefix = 32;
	fixing_packet(f, packet);
}

static void ask_in(struct fixing *f)
{
	ask(f, "in=eth0 src=10.1.0.7 dst=192.0.2.1 tcp dport=5555");
}

/* As the repair for rules does it. */
static int express(struct fixing *f, const char *chain)
{
	int err = fix_effect_compute(&f->p, f->c, NULL);

	assert_int_equal(err, 0);
	return manager_express(&f->p, fixing_manager(f, chain), f->c);
}

static void insert(struct fixing *f, const char *chain, unsigned number,
		   const char *words)
{
	fixing_edit(f, (struct rule_edit){ .kind = EDIT_INSERT,
					   .chain = chain,
					   .number = number,
					   .words = words });
}

static const char *now(struct fixing *f, size_t i)
{
	assert_true(i < f->c->now_count);
	assert_int_equal(f->c->now[i].kind, CHANGE_RUN);
	return fixing_argv(f, f->c->now[i].run.argv);
}

static const char *undo(struct fixing *f, size_t i)
{
	return fixing_argv(f, f->c->now[i].run.undo);
}

static bool remarks(const struct fixing *f, const char *words)
{
	for (size_t i = 0; i < f->plan.remark_count; i++)
		if (strstr(f->plan.remarks[i], words))
			return true;

	return false;
}

#define APP "-s 10.1.0.7 -p tcp -m tcp --dport 5555 -j ACCEPT"

#define UFW(user)                                                              \
	"*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT "     \
	"[0:0]\n:ufw-before-input - [0:0]\n:ufw-user-input - [0:0]\n"          \
	"-A INPUT -j ufw-before-input\n"                                       \
	"-A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED "      \
	"-j ACCEPT\n-A ufw-before-input -j ufw-user-input\n" user "COMMIT\n"

static void put_ufw(struct fixing *f, const char *user)
{
	fixing_put(f, "/etc/ufw/ufw.conf", "ENABLED=yes\n");
	fixing_put(f, "/etc/default/ufw", "IPV6=no\n");
	fixing_put(f, "/etc/ufw/user.rules", user);
	fixing_put(f, "/etc/ufw/user6.rules", "");
}

static void ufw_adds_at_the_end_where_nothing_refuses(void **state)
{
	struct fixing *f = *state;

	put_ufw(f, "*filter\nCOMMIT\n");
	fixing_rules(f, "live",
		     UFW("-A ufw-user-input -p tcp -m tcp --dport 22 -j "
			 "ACCEPT\n"));
	ask_in(f);
	insert(f, "ufw-user-input", 2, APP);
	assert_int_equal(express(f, "ufw-user-input"), 0);
	assert_string_equal(f->c->owner, "ufw");
	assert_string_equal(now(f, 0), "ufw allow proto tcp from 10.1.0.7 to "
				       "any port 5555");
	assert_string_equal(undo(f, 0),
			    "ufw delete allow proto tcp from 10.1.0.7 to any "
			    "port 5555");
	assert_int_equal(f->c->lasts, FIX_LASTS_YES);
	assert_int_equal(f->c->lasting_count, 0);
	assert_true(f->c->effect.is_exact && f->c->effect.lets_through);
	assert_non_null(f->c->now[0].run.stand_in);
}

static void ufw_inserts_by_the_number_of_its_own_rules(void **state)
{
	struct fixing *f = *state;

	/* The first of its rules is three of the chain's. */
	put_ufw(f, "*filter\n### RULES ###\n"
		   "### tuple ### limit tcp 22 0.0.0.0/0 any 0.0.0.0/0 in\n"
		   "-A ufw-user-input -p tcp --dport 22 -j A\n"
		   "-A ufw-user-input -p tcp --dport 22 -j B\n"
		   "-A ufw-user-input -p tcp --dport 22 -j C\n"
		   "### tuple ### deny tcp 5555 0.0.0.0/0 any 0.0.0.0/0 in\n"
		   "-A ufw-user-input -p tcp --dport 5555 -j DROP\n"
		   "### END RULES ###\nCOMMIT\n");
	fixing_rules(f, "live",
		     UFW("-A ufw-user-input -p tcp -m tcp --dport 22 -m "
			 "conntrack --ctstate NEW -j RETURN\n"
			 "-A ufw-user-input -p tcp -m tcp --dport 22 -m "
			 "conntrack --ctstate NEW -j DROP\n"
			 "-A ufw-user-input -p tcp -m tcp --dport 22 -j "
			 "ACCEPT\n"
			 "-A ufw-user-input -p tcp -m tcp --dport 5555 -j "
			 "DROP\n"));
	ask_in(f);
	insert(f, "ufw-user-input", 4, APP);
	assert_int_equal(express(f, "ufw-user-input"), 0);
	assert_string_equal(now(f, 0),
			    "ufw insert 2 allow proto tcp from 10.1.0.7 to any "
			    "port 5555");
}

static void ufw_that_is_off_keeps_nothing(void **state)
{
	struct fixing *f = *state;

	put_ufw(f, "*filter\nCOMMIT\n");
	fixing_put(f, "/etc/ufw/ufw.conf", "ENABLED=no\n");
	fixing_rules(f, "live", UFW(""));
	ask_in(f);
	insert(f, "ufw-user-input", 1, APP);
	assert_int_equal(express(f, "ufw-user-input"), 0);
	assert_int_equal(f->c->lasts, FIX_LASTS_NO);
}

static const char firewalld[] =
	"table inet firewalld {\n"
	"\tchain filter_INPUT {\n"
	"\t\ttype filter hook input priority 10; policy accept;\n"
	"\t\tct state established,related accept\n"
	"\t\tjump filter_INPUT_ZONES\n"
	"\t\treject with icmpx admin-prohibited\n\t}\n"
	"\tchain filter_INPUT_ZONES {\n"
	"\t\tiifname \"eth0\" goto filter_IN_my_zone\n\t}\n"
	"\tchain filter_IN_my_zone {\n"
	"\t\tjump filter_IN_my_zone_pre\n\t\tjump filter_IN_my_zone_deny\n"
	"\t\tjump filter_IN_my_zone_allow\n"
	"\t\treject with icmpx admin-prohibited\n\t}\n"
	"\tchain filter_IN_my_zone_pre {\n\t}\n"
	"\tchain filter_IN_my_zone_deny {\n\t}\n"
	"\tchain filter_IN_my_zone_allow {\n\t\ttcp dport 22 accept\n\t}\n"
	"}\n";

static void firewalld_gets_a_rich_rule_of_the_zone(void **state)
{
	struct fixing *f = *state;

	fixing_rules(f, "live", firewalld);
	ask_in(f);
	insert(f, "filter_IN_my_zone_allow", 2,
	       "ip saddr 10.1.0.7 tcp dport 5555 accept");
	assert_int_equal(express(f, "filter_IN_my_zone_allow"), 0);
	assert_string_equal(now(f, 0),
			    "firewall-cmd --zone=my_zone --add-rich-rule=rule "
			    "family=\"ipv4\" source address=\"10.1.0.7\" port "
			    "port=\"5555\" protocol=\"tcp\" accept");
	assert_int_equal(f->c->lasting_count, 1);
	assert_string_equal(f->c->lasting[0].run.argv[1], "--permanent");
	assert_int_equal(f->c->lasts, FIX_LASTS_YES);
}

static void for_everyone_firewalld_opens_the_port(void **state)
{
	struct fixing *f = *state;

	fixing_rules(f, "live", firewalld);
	ask_in(f);
	f->plan.ask.has_client = false;
	f->plan.ask.for_whom = FIX_FOR_EVERYONE;
	insert(f, "filter_IN_my_zone_allow", 2, "tcp dport 5555 accept");
	assert_int_equal(express(f, "filter_IN_my_zone_allow"), 0);
	assert_string_equal(now(f, 0),
			    "firewall-cmd --zone=my_zone --add-port=5555/tcp");
}

static void docker_gets_a_rule_of_the_users_and_a_drop_in(void **state)
{
	struct fixing *f = *state;

	fixing_rules(f, "live",
		     "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n"
		     ":OUTPUT ACCEPT [0:0]\n:DOCKER-USER - [0:0]\n"
		     "-A FORWARD -j DOCKER-USER\nCOMMIT\n");
	ask(f, "in=eth0 out=docker0 src=10.1.0.7 dst=172.17.0.2 tcp "
	       "dport=5555");
	insert(f, "DOCKER-USER", 1, APP);
	assert_int_equal(fix_effect_compute(&f->p, f->c, NULL), 0);
	assert_int_equal(manager_express(&f->p, manager_find("docker"), f->c),
			 0);
	assert_int_equal(f->c->now[0].kind, CHANGE_RULES);
	assert_non_null(strstr(fixing_after(f),
			       "iptables -w -C DOCKER-USER " APP
			       " || iptables -w -I DOCKER-USER " APP));
	assert_non_null(strstr(f->c->lasting[0].file.path,
			       "docker.service.d/kiriwake-5555.conf"));
	assert_int_equal(f->c->lasts, FIX_LASTS_YES);
}

static void a_ban_is_taken_back_by_who_made_it(void **state)
{
	struct fixing *f = *state;

	fixing_rules(f, "live",
		     "*filter\n:INPUT ACCEPT [0:0]\n:f2b-sshd - [0:0]\n"
		     "-A INPUT -p tcp -m multiport --dports 5555 -j f2b-sshd\n"
		     "-A f2b-sshd -s 10.1.0.7/32 -j REJECT --reject-with "
		     "icmp-port-unreachable\n-A f2b-sshd -j RETURN\nCOMMIT\n");
	ask_in(f);
	insert(f, "f2b-sshd", 1, APP);
	assert_int_equal(express(f, "f2b-sshd"), 0);
	assert_string_equal(now(f, 0),
			    "fail2ban-client set sshd unbanip 10.1.0.7");
	assert_string_equal(undo(f, 0),
			    "fail2ban-client set sshd banip 10.1.0.7");
	assert_true(f->c->effect.lets_through);
	assert_true(remarks(f, "ignoreip"));
}

static void a_decision_of_crowdsecs_is_deleted(void **state)
{
	struct fixing *f = *state;

	fixing_rules(
		f, "live",
		"table ip crowdsec {\n\tset crowdsec-blacklists {\n"
		"\t\ttype ipv4_addr\n\t\telements = { 10.1.0.7, "
		"192.0.2.66 }\n\t}\n\tchain crowdsec-chain {\n"
		"\t\ttype filter hook input priority -10; policy "
		"accept;\n\t\tip saddr @crowdsec-blacklists drop\n\t}\n}\n");
	ask_in(f);
	insert(f, "crowdsec-chain", 1, "ip saddr 10.1.0.7 accept");
	assert_int_equal(express(f, "crowdsec-chain"), 0);
	assert_string_equal(now(f, 0), "cscli decisions delete --ip 10.1.0.7");
	assert_true(f->c->effect.lets_through);
}

static void openwrt_gets_a_section_of_its_configuration(void **state)
{
	struct fixing *f = *state;

	fixing_rules(
		f, "live",
		"table inet fw4 {\n\tchain input {\n\t\ttype filter hook input "
		"priority 0; policy drop;\n\t\tct state established,related "
		"accept\n\t\tiifname \"eth0\" jump input_wan\n\t}\n"
		"\tchain input_wan {\n\t\tjump reject_from_wan\n\t}\n"
		"\tchain reject_from_wan {\n\t\treject\n\t}\n}\n");
	ask_in(f);
	insert(f, "reject_from_wan", 1,
	       "ip saddr 10.1.0.7 tcp dport 5555 accept");
	assert_int_equal(express(f, "reject_from_wan"), 0);
	assert_string_equal(
		now(f, 0),
		"sh -c uci set firewall.kiriwake_tcp_5555=rule && uci set "
		"firewall.kiriwake_tcp_5555.src=wan && uci set "
		"firewall.kiriwake_tcp_5555.src_ip=10.1.0.7 && uci set "
		"firewall.kiriwake_tcp_5555.proto=tcp && uci set "
		"firewall.kiriwake_tcp_5555.dest_port=5555 && uci set "
		"firewall.kiriwake_tcp_5555.target=ACCEPT && uci commit "
		"firewall && /etc/init.d/firewall reload");
	assert_int_equal(f->c->lasts, FIX_LASTS_YES);
}

/* A command that takes the client out of a set, as the repair proposes it. */
static int take_out(struct fixing *f, const struct manager *m,
		    const char *const *argv)
{
	assert_non_null(manager_run(&f->p, f->c, false, argv, NULL));
	return manager_express(&f->p, m, f->c);
}

static void an_element_of_a_set_goes_from_its_file_too(void **state)
{
	struct fixing *f = *state;

	fixing_put(f, "/etc/iptables/ipsets",
		   "create bad hash:ip family inet\nadd bad 10.1.0.70\n"
		   "add bad 10.1.0.7\nadd bad 192.0.2.1\n");
	fixing_put(f, "/etc/iptables/rules.v4",
		   "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m set --match-set "
		   "bad src -j DROP\nCOMMIT\n");
	fixing_rules(f, "live", "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n");
	ask_in(f);
	assert_int_equal(take_out(f, manager_find("iptables-persistent"),
				  fix_argv(&f->p, "ipset", "del", "bad",
					   "10.1.0.7", NULL)),
			 0);
	assert_string_equal(fixing_after(f),
			    "create bad hash:ip family inet\n"
			    "add bad 10.1.0.70\nadd bad 192.0.2.1\n");
	assert_int_equal(f->c->lasts, FIX_LASTS_YES);
}

#define NFT_SET(elements)                                                      \
	"table inet t {\n\tset bad {\n\t\ttype ipv4_addr\n\t\telements = "     \
	"{" elements "}\n\t}\n\tchain c {\n\t\ttype filter hook input "        \
	"priority 0;\n\t\tip saddr @bad drop\n\t}\n}\n"

static void an_element_of_nfts_goes_from_its_file_too(void **state)
{
	struct fixing *f = *state;

	fixing_put(f, "/etc/nftables.conf",
		   NFT_SET(" 10.1.0.70, 10.1.0.7,\n\t\t\t192.0.2.1 "));
	fixing_rules(f, "live", "table inet t {\n}\n");
	ask_in(f);
	assert_int_equal(
		take_out(f, NULL,
			 fix_argv(&f->p, "nft", "delete", "element", "inet",
				  "t", "bad", "{ 10.1.0.7 }", NULL)),
		0);
	assert_string_equal(fixing_after(f),
			    NFT_SET(" 10.1.0.70, \n\t\t\t192.0.2.1 "));
	assert_int_equal(f->c->lasts, FIX_LASTS_YES);
}

static void a_set_of_no_file_is_as_before_after_a_boot(void **state)
{
	struct fixing *f = *state;

	fixing_put(f, "/etc/nftables.conf", "flush ruleset\n");
	fixing_rules(f, "live", NFT_SET("10.1.0.7"));
	ask_in(f);
	assert_int_equal(
		take_out(f, NULL,
			 fix_argv(&f->p, "nft", "delete", "element", "inet",
				  "t", "bad", "{ 10.1.0.7 }", NULL)),
		0);
	assert_int_equal(f->c->lasting_count, 0);
	assert_int_equal(f->c->lasts, FIX_LASTS_NO);
}

/* Whose rules are never touched. */
static void is_refused(struct fixing *f, const char *chain, const char *words)
{
	char rules[512];

	(void)snprintf(rules, sizeof(rules),
		       "*filter\n:INPUT ACCEPT [0:0]\n:%1$s - [0:0]\n"
		       "-A INPUT -j %1$s\n-A %1$s -j DROP\nCOMMIT\n",
		       chain);
	fixing_rules(f, "live", rules);
	ask_in(f);
	insert(f, chain, 1, APP);
	assert_int_equal(express(f, chain), -ENOENT);
	assert_true(remarks(f, words));
}

static void kubernetes_is_asked_for_a_policy(void **state)
{
	is_refused(*state, "KUBE-FIREWALL", "NetworkPolicies");
}

static void libvirt_is_asked_for_its_network(void **state)
{
	is_refused(*state, "LIBVIRT_INP", "virsh net-edit");
}

static void tailscale_is_asked_for_its_access_rules(void **state)
{
	is_refused(*state, "ts-input", "tailnet");
}

static void shorewall_is_given_its_line(void **state)
{
	is_refused(*state, "net-fw",
		   "\"ACCEPT net:10.1.0.7 $FW tcp 5555\" into its file rules");
}

static void what_nobody_keeps_stays_raw(void **state)
{
	struct fixing *f = *state;

	fixing_put(f, "/etc/systemd/system/multi-user.target.wants/a.service",
		   "");
	fixing_rules(f, "live",
		     "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\n"
		     "COMMIT\n");
	ask_in(f);
	insert(f, "INPUT", 1, APP);
	assert_null(fixing_manager(f, "INPUT"));
	assert_int_equal(express(f, "INPUT"), 0);
	assert_int_equal(f->c->now[0].kind, CHANGE_RULES);
	assert_int_equal(f->c->lasts, FIX_LASTS_NO);
}

static void each_edit_goes_to_who_keeps_its_chain(void **state)
{
	struct fixing *f = *state;

	put_ufw(f, "*filter\nCOMMIT\n");
	fixing_rules(f, "live",
		     "*raw\n:PREROUTING ACCEPT [0:0]\n"
		     "-A PREROUTING -p tcp -m tcp --dport 5555 -j DROP\n"
		     "COMMIT\n" UFW(""));
	ask_in(f);
	insert(f, "PREROUTING", 1, APP);
	insert(f, "ufw-user-input", 1, APP);
	assert_int_equal(express(f, "PREROUTING"), 0);
	assert_int_equal(f->c->now_count, 2);
	assert_int_equal(f->c->now[0].kind, CHANGE_RULES);
	assert_string_equal(now(f, 1), "ufw allow proto tcp from 10.1.0.7 to "
				       "any port 5555");
	assert_true(f->c->effect.lets_through);
	/* The one in raw is nobody's. */
	assert_int_equal(f->c->lasts, FIX_LASTS_NO);
}

static void every_owner_has_a_manager(void **state)
{
	(void)state;
	assert_non_null(manager_find("ufw"));
	assert_non_null(manager_find("program"));
	assert_null(manager_find("nobody"));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixing_begin, fixing_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ufw_adds_at_the_end_where_nothing_refuses),
		TEST(ufw_inserts_by_the_number_of_its_own_rules),
		TEST(ufw_that_is_off_keeps_nothing),
		TEST(firewalld_gets_a_rich_rule_of_the_zone),
		TEST(for_everyone_firewalld_opens_the_port),
		TEST(docker_gets_a_rule_of_the_users_and_a_drop_in),
		TEST(a_ban_is_taken_back_by_who_made_it),
		TEST(a_decision_of_crowdsecs_is_deleted),
		TEST(openwrt_gets_a_section_of_its_configuration),
		TEST(an_element_of_a_set_goes_from_its_file_too),
		TEST(an_element_of_nfts_goes_from_its_file_too),
		TEST(a_set_of_no_file_is_as_before_after_a_boot),
		TEST(kubernetes_is_asked_for_a_policy),
		TEST(libvirt_is_asked_for_its_network),
		TEST(tailscale_is_asked_for_its_access_rules),
		TEST(shorewall_is_given_its_line),
		TEST(what_nobody_keeps_stays_raw),
		TEST(each_edit_goes_to_who_keeps_its_chain),
		TEST(every_owner_has_a_manager),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
