#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "host/policy_rule.h"
#include "host/route.h"

static struct address address(const char *s)
{
	struct address a;

	assert_true(address_parse(&a, s, strlen(s)));
	return a;
}

static bool is_in(const char *net, unsigned prefix, const char *a)
{
	struct address n = address(net), x = address(a);

	return route_is_prefix(&n, prefix, &x);
}

static void a_prefix_covers_what_begins_with_it(void **state)
{
	(void)state;
	assert_true(is_in("10.1.0.0", 16, "10.1.255.255"));
	assert_false(is_in("10.1.0.0", 16, "10.2.0.0"));
	assert_true(is_in("10.1.2.128", 25, "10.1.2.200"));
	assert_false(is_in("10.1.2.128", 25, "10.1.2.127"));
	assert_true(is_in("10.1.2.3", 32, "10.1.2.3"));
	assert_true(is_in("0.0.0.0", 0, "198.51.100.1"));
	assert_true(is_in("2001:db8::", 33, "2001:db8:7fff::1"));
	assert_false(is_in("2001:db8::", 33, "2001:db8:8000::1"));
	assert_true(is_in("::", 0, "2001:db8::1"));
}

static void a_default_route_is_of_one_family(void **state)
{
	(void)state;
	assert_false(is_in("::", 0, "198.51.100.1"));
	assert_false(is_in("0.0.0.0", 0, "2001:db8::1"));
}

static void assert_route(const struct route *r, const char *device,
			 const char *words)
{
	struct text t = TEXT_NULL;

	route_text(&t, r, device);
	assert_string_equal(text_string(&t), words);
	text_done(&t);
}

static void routes_are_written_as_ip_route_does(void **state)
{
	const struct route gateway = { .family = AF_INET,
				       .type = RTN_UNICAST,
				       .destination = address("0.0.0.0"),
				       .gateway = address("192.0.2.1"),
				       .has_gateway = true,
				       .has_device = true,
				       .protocol = RTPROT_DHCP,
				       .source = address("192.0.2.7"),
				       .has_source = true,
				       .metric = 100 };
	const struct route blackhole = { .family = AF_INET,
					 .type = RTN_BLACKHOLE,
					 .destination = address("10.0.0.0"),
					 .prefix = 8,
					 .protocol = RTPROT_STATIC };
	const struct route host = { .family = AF_INET6,
				    .type = RTN_UNICAST,
				    .destination = address("2001:db8::9"),
				    .prefix = 128,
				    .has_device = true,
				    .protocol = RTPROT_BOOT,
				    .metric = 1024,
				    .has_preference = true };

	(void)state;
	assert_route(
		&gateway, "eth0",
		"default via 192.0.2.1 dev eth0 proto dhcp src 192.0.2.7 metric 100");
	assert_route(&blackhole, NULL, "blackhole 10.0.0.0/8 proto static");
	assert_route(&host, "eth0",
		     "2001:db8::9 dev eth0 metric 1024 pref medium");
}

static struct route_question question(void)
{
	return (struct route_question){ .destination = address("10.9.0.1"),
					.source = address("10.1.0.2"),
					.has_source = true,
					.uid = 1000,
					.has_uid = true,
					.mark = 5,
					.port = 443,
					.protocol = 6 };
}

static void a_rule_is_met_when_all_that_it_asks_for_fits(void **state)
{
	const struct route_question q = question();
	struct policy_rule r = { .family = AF_INET,
				 .source = address("10.1.0.0"),
				 .source_prefix = 24,
				 .uids = { 1000, 1000 },
				 .has_uids = true,
				 .mark = 5,
				 .mask = UINT32_MAX,
				 .ports = { 400, 500 } };

	(void)state;
	assert_true(policy_rule_meets(&r, &q, ""));
	r.uids[0] = 1001;
	r.uids[1] = 1001;
	assert_false(policy_rule_meets(&r, &q, ""));
	r.is_inverted = true;
	assert_true(policy_rule_meets(&r, &q, ""));
}

static void a_rule_for_a_source_waits_for_one(void **state)
{
	struct route_question q = question();
	const struct policy_rule r = { .family = AF_INET,
				       .source = address("10.1.0.0"),
				       .source_prefix = 24 };

	(void)state;
	q.has_source = false;
	assert_false(policy_rule_meets(&r, &q, ""));
}

/* `ip rule add iif eth1 sport 5555 …': of what comes in, and of answers. */
static void a_rule_for_a_device_is_met_by_what_comes_in_there(void **state)
{
	struct route_question q = question();
	const struct policy_rule in = { .family = AF_INET, .in = "eth1" };
	const struct policy_rule own = { .family = AF_INET, .in = "lo" };

	(void)state;
	assert_false(policy_rule_meets(&in, &q, ""));
	assert_true(policy_rule_meets(&own, &q, ""));
	q.in_name = "eth1";
	assert_true(policy_rule_meets(&in, &q, ""));
	assert_false(policy_rule_meets(&own, &q, ""));
}

static void a_rule_for_a_source_port_is_met_by_answers(void **state)
{
	struct route_question q = question();
	const struct policy_rule r = { .family = AF_INET,
				       .source_ports = { 5555, 5556 } };

	(void)state;
	assert_false(policy_rule_meets(&r, &q, ""));
	q.source_port = 5556;
	assert_true(policy_rule_meets(&r, &q, ""));
	q.source_port = 5557;
	assert_false(policy_rule_meets(&r, &q, ""));
}

static void rules_are_written_as_ip_rule_does(void **state)
{
	const struct policy_rule r = { .family = AF_INET,
				       .priority = 100,
				       .destination = address("10.9.0.0"),
				       .prefix = 16,
				       .mark = 1,
				       .mask = UINT32_MAX,
				       .action = FR_ACT_PROHIBIT };
	struct text t = TEXT_NULL;

	(void)state;
	policy_rule_text(&t, &r);
	assert_string_equal(
		text_string(&t),
		"100:\tfrom all to 10.9.0.0/16 fwmark 0x1 prohibit");
	text_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_prefix_covers_what_begins_with_it),
		cmocka_unit_test(a_default_route_is_of_one_family),
		cmocka_unit_test(routes_are_written_as_ip_route_does),
		cmocka_unit_test(a_rule_is_met_when_all_that_it_asks_for_fits),
		cmocka_unit_test(a_rule_for_a_source_waits_for_one),
		cmocka_unit_test(
			a_rule_for_a_device_is_met_by_what_comes_in_there),
		cmocka_unit_test(a_rule_for_a_source_port_is_met_by_answers),
		cmocka_unit_test(rules_are_written_as_ip_rule_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
