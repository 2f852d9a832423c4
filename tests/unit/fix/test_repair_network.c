#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fix/network_files.h"
#include "planning.h"

static const struct tree_file nothing[] = { { NULL, NULL, 0 } };

static struct culprit *link_culprit(struct planning *t, const char *state)
{
	struct culprit *c = planning_culprit(t, CULPRIT_LINK, "eth0: DOWN");

	culprit_text(c, t->record->arena, "device", "eth0");
	culprit_text(c, t->record->arena, "state", state);
	return c;
}

static void
a_device_that_is_down_is_set_up_and_one_that_is_up_is_not(void **state)
{
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, nothing);
	c = planning_make(&t, "server-link-down", link_culprit(&t, "DOWN"));
	assert_non_null(c);
	assert_string_equal(planning_words(&t, c->now[0].run.argv),
			    "ip link set dev eth0 up");
	assert_string_equal(planning_words(&t, c->now[0].run.undo),
			    "ip link set dev eth0 down");
	assert_null(
		planning_make(&t, "server-link-down", link_culprit(&t, "UP")));
	assert_true(t.plan.remark_count);
	planning_end(&t);
}

static void what_a_device_lost_is_set_again_where_a_file_says_it(void **state)
{
	static const struct tree_file files[] = {
		{ "/etc/network/interfaces",
		  "auto eth0\niface eth0 inet static\n\taddress 10.0.0.2/24\n"
		  "\tgateway 10.0.0.1\niface eth0 inet6 static\n"
		  "\taddress 2001:db8::2\n\tnetmask 64\n"
		  "\tgateway not-one\niface eth1 inet6 static\n"
		  "\taddress 2001:db8::9/64\n",
		  0 },
		{ NULL, NULL, 0 },
	};
	struct network_setup s;
	struct planning t;

	(void)state;
	planning_begin(&t, files);
	assert_true(network_files_setup(&t.p, "eth0", false, &s));
	assert_string_equal(s.address, "10.0.0.2");
	assert_int_equal(s.prefix, 24);
	assert_string_equal(s.gateway, "10.0.0.1");
	assert_true(network_files_setup(&t.p, "eth0", true, &s));
	assert_string_equal(s.address, "2001:db8::2");
	assert_int_equal(s.prefix, 64);
	assert_null(s.gateway);
	assert_false(network_files_setup(&t.p, "eth2", true, &s));
	planning_end(&t);
}

static const struct fix_candidate *add(struct planning *t,
				       const struct tree_file *files)
{
	planning_begin(t, files);
	return planning_make(t, "address-not-local", link_culprit(t, NULL));
}

static void an_address_is_kept_where_the_host_keeps_it(void **state)
{
	static const struct tree_file ifupdown[] = {
		{ "/etc/network/interfaces",
		  "auto eth0\niface eth0 inet static\n\taddress 10.0.0.1/24\n"
		  "# next\nauto eth1\niface eth1 inet dhcp\n",
		  0 },
		{ NULL, NULL, 0 },
	};
	static const struct tree_file networkd[] = {
		{ "/etc/systemd/network/", "10-lan.network", 0 },
		{ "/etc/systemd/network/10-lan.network",
		  "[Match]\nName=eth0\n[Network]\nDHCP=no\n", 0 },
		{ NULL, NULL, 0 },
	};
	static const struct tree_file manager[] = {
		{ "/etc/NetworkManager/system-connections/", "a.nmconnection",
		  0 },
		{ "/etc/NetworkManager/system-connections/a.nmconnection",
		  "[connection]\nuuid=1-2\ninterface-name=eth0\n", 0 },
		{ NULL, NULL, 0 },
	};
	struct planning t;
	const struct fix_candidate *c = add(&t, ifupdown);

	(void)state;
	assert_non_null(c);
	assert_string_equal(planning_words(&t, c->now[0].run.argv),
			    "ip addr add 10.0.0.2/32 dev eth0");
	assert_string_equal(
		c->lasting[0].file.after,
		"auto eth0\niface eth0 inet static\n\taddress 10.0.0.1/24\n"
		"\tup ip addr add 10.0.0.2/32 dev eth0\n"
		"# next\nauto eth1\niface eth1 inet dhcp\n");
	assert_int_equal(c->lasts, FIX_LASTS_YES);
	planning_end(&t);

	c = add(&t, networkd);
	assert_non_null(c);
	assert_string_equal(c->lasting[0].file.after,
			    "[Match]\nName=eth0\n[Network]\nDHCP=no\n"
			    "\n[Address]\nAddress=10.0.0.2/32\n");
	planning_end(&t);

	c = add(&t, manager);
	assert_non_null(c);
	assert_string_equal(
		planning_words(&t, c->lasting[0].run.argv),
		"nmcli connection modify 1-2 +ipv4.addresses 10.0.0.2/32");
	planning_end(&t);

	c = add(&t, nothing);
	assert_non_null(c);
	assert_int_equal(c->lasts, FIX_LASTS_UNKNOWN);
	assert_int_equal(c->lasting_count, 0);
	planning_end(&t);
}

static void a_gateway_that_a_file_names_is_the_one(void **state)
{
	static const struct tree_file files[] = {
		{ "/etc/network/interfaces",
		  "iface eth0 inet static\n\taddress 10.0.0.2/24\n"
		  "\tgateway 10.0.0.1\n",
		  0 },
		{ NULL, NULL, 0 },
	};
	struct planning t;
	struct culprit *k;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, files);
	k = planning_culprit(&t, CULPRIT_ROUTE,
			     "10.1.0.7: no route, no default route");
	c = planning_make(&t, "route-missing-reply", k);
	assert_non_null(c);
	assert_string_equal(planning_words(&t, c->now[0].run.argv),
			    "ip route add 10.1.0.7 via 10.0.0.1 dev eth0");
	assert_string_equal(planning_words(&t, c->now[0].run.undo),
			    "ip route del 10.1.0.7 via 10.0.0.1 dev eth0");
	assert_false(c->effect.lets_through);
	planning_end(&t);

	planning_begin(&t, nothing);
	k = planning_culprit(&t, CULPRIT_ROUTE,
			     "10.1.0.7: no route, no default route");
	assert_null(planning_make(&t, "route-missing-reply", k));
	assert_true(t.plan.remark_count);
	planning_end(&t);
}

static void
a_rule_for_this_connection_comes_before_the_one_to_blame(void **state)
{
	struct planning t;
	struct culprit *k;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, nothing);
	k = planning_culprit(&t, CULPRIT_POLICY_RULE,
			     "100:\tfrom all to 10.1.0.0/16 prohibit");
	culprit_number(k, "priority", 100);
	c = planning_make(&t, "policy-rule-drop", k);
	assert_non_null(c);
	assert_true(c->effect.is_exact);
	assert_string_equal(planning_words(&t, c->now[0].run.argv),
			    "ip rule add pref 99 to 10.1.0.7 ipproto tcp "
			    "sport 22 lookup main");
	assert_non_null(c->next);
	assert_string_equal(planning_words(&t, c->next->now[0].run.argv),
			    "ip rule del pref 100 from all to 10.1.0.0/16 "
			    "prohibit");
	assert_string_equal(planning_words(&t, c->next->now[0].run.undo),
			    "ip rule add pref 100 from all to 10.1.0.0/16 "
			    "prohibit");
	planning_end(&t);
}

static void an_entry_written_by_hand_goes_and_others_stay(void **state)
{
	struct planning t;
	struct culprit *k;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, nothing);
	case_at(t.record, VANTAGE_CLIENT);
	k = planning_culprit(&t, CULPRIT_NEIGHBOUR,
			     "10.0.0.2 dev eth0 02:00:00:00:00:01 PERMANENT");
	culprit_text(k, t.record->arena, "device", "eth0");
	c = planning_make(&t, "wrong-mac-static", k);
	assert_non_null(c);
	assert_string_equal(planning_words(&t, c->now[0].run.argv),
			    "ip neigh del 10.0.0.2 dev eth0");
	assert_string_equal(planning_words(&t, c->now[0].run.undo),
			    "ip neigh replace 10.0.0.2 lladdr "
			    "02:00:00:00:00:01 dev eth0 nud permanent");
	k = planning_culprit(&t, CULPRIT_NEIGHBOUR,
			     "10.0.0.2 dev eth0 02:00:00:00:00:01 REACHABLE");
	culprit_text(k, t.record->arena, "device", "eth0");
	assert_null(planning_make(&t, "wrong-mac-static", k));
	planning_end(&t);
}

static void a_policy_is_passed_by_a_better_one(void **state)
{
	struct planning t;
	struct culprit *k;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, nothing);
	k = planning_culprit(&t, CULPRIT_XFRM_POLICY,
			     "src 10.1.0.0/16 dst 0.0.0.0/0 dir in action "
			     "block priority 0");
	culprit_number(k, "priority", 0);
	c = planning_make(&t, "xfrm-policy-block", k);
	assert_non_null(c);
	assert_int_equal(c->now_count, 2);
	assert_string_equal(planning_words(&t, c->now[0].run.argv),
			    "ip xfrm policy update src 10.1.0.0/16 dst "
			    "0.0.0.0/0 dir in action block priority 10");
	assert_string_equal(planning_words(&t, c->now[1].run.argv),
			    "ip xfrm policy add src 10.1.0.7 dst 10.0.0.2 "
			    "proto tcp dport 22 dir in action allow "
			    "priority 1");
	k = planning_culprit(&t, CULPRIT_XFRM_POLICY,
			     "src 10.1.0.7/32 dst 10.0.0.2/32 proto 6 dport "
			     "22 dir in action block priority 5");
	culprit_number(k, "priority", 5);
	c = planning_make(&t, "xfrm-policy-block", k);
	assert_non_null(c);
	assert_string_equal(c->id, "ipsec-delete");
	planning_end(&t);
}

static void the_old_connection_of_the_same_ports_is_ended(void **state)
{
	struct address server = planning_address("10.0.0.2");
	struct address client = planning_address("10.1.0.7");
	struct planning t;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, nothing);
	assert_null(planning_make(&t, "stale-connection-tuple",
				  planning_culprit(&t, CULPRIT_SOCKET, "tcp")));
	(void)case_client(t.record, &server, &client, 40000);
	c = planning_make(&t, "stale-connection-tuple",
			  planning_culprit(&t, CULPRIT_SOCKET, "tcp"));
	assert_non_null(c);
	assert_string_equal(planning_words(&t, c->now[0].run.argv),
			    "ss -K dst 10.1.0.7 sport = :22 dport = :40000");
	planning_end(&t);
}

static void an_xdp_program_is_kept_before_it_is_detached(void **state)
{
	static const struct tree_file files[] = {
		{ "/usr/sbin/bpftool", "", 0 }, { NULL, NULL, 0 }
	};
	struct planning t;
	struct culprit *k;
	const struct fix_candidate *c;

	(void)state;
	planning_begin(&t, files);
	k = planning_culprit(&t, CULPRIT_BPF_PROGRAM, "dev eth0 xdp id 7");
	culprit_text(k, t.record->arena, "device", "eth0");
	culprit_text(k, t.record->arena, "attach_type", "xdpgeneric");
	culprit_number(k, "id", 7);
	c = planning_make(&t, "xdp-drop", k);
	assert_non_null(c);
	assert_int_equal(c->now_count, 2);
	assert_string_equal(planning_words(&t, c->now[1].run.undo),
			    "bpftool net attach xdpgeneric pinned "
			    "/sys/fs/bpf/kiriwake-7 dev eth0");
	planning_end(&t);

	/* Without the tool it cannot be taken back, and says so. */
	planning_begin(&t, nothing);
	k = planning_culprit(&t, CULPRIT_BPF_PROGRAM, "dev eth0 xdp id 7");
	culprit_text(k, t.record->arena, "device", "eth0");
	culprit_text(k, t.record->arena, "attach_type", "xdpgeneric");
	culprit_number(k, "id", 7);
	c = planning_make(&t, "xdp-drop", k);
	assert_non_null(c);
	assert_null(c->now[0].run.undo);
	assert_int_equal(c->risk, FIX_RISK_HIGH);
	planning_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_device_that_is_down_is_set_up_and_one_that_is_up_is_not),
		cmocka_unit_test(
			what_a_device_lost_is_set_again_where_a_file_says_it),
		cmocka_unit_test(an_address_is_kept_where_the_host_keeps_it),
		cmocka_unit_test(a_gateway_that_a_file_names_is_the_one),
		cmocka_unit_test(
			a_rule_for_this_connection_comes_before_the_one_to_blame),
		cmocka_unit_test(an_entry_written_by_hand_goes_and_others_stay),
		cmocka_unit_test(a_policy_is_passed_by_a_better_one),
		cmocka_unit_test(the_old_connection_of_the_same_ports_is_ended),
		cmocka_unit_test(an_xdp_program_is_kept_before_it_is_detached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
