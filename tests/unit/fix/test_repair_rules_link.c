/* Rules that let the packet pass, and keep what it needs away. */
#include "planned.h"

#include "diag/cause.h"

static const char packet[] = "in=eth0 src=10.1.0.7 dst=10.1.0.1 tcp dport=5555";
static const char packet6[] = "in=eth0 src=fd00::7 dst=fd00::1 tcp dport=5555";

static struct links_address own = { .prefix = 24 };
static const struct links links = { .addresses = &own, .address_count = 1 };

/* What the cause's rule, in that table and chain, is mended by. */
static void plan(struct planned *p, const char *rules, const char *words,
		 const char *cause, const char *const place[4])
{
	static const struct case_record record = { .vantage = VANTAGE_SERVER };
	bool is_v6 = words == packet6;
	struct culprit *c;

	planned_read(p, rules, words, is_v6 ? "fd00::7" : "10.1.0.7");
	assert_true(address_parse(&own.address, "10.1.0.1", 8));
	p->planning.links = &links;
	p->planning.record = &record;
	c = culprit_new(p->arena, CULPRIT_FIREWALL_RULE, VANTAGE_SERVER, "x");
	culprit_text(c, p->arena, "engine", place[0]);
	culprit_text(c, p->arena, "family", place[1]);
	culprit_text(c, p->arena, "table", place[2]);
	culprit_text(c, p->arena, "chain", place[3]);
	p->plan.faults[0] =
		(struct fix_fault){ .cause = cause_find(cause), .culprit = c };
	assert_non_null(p->plan.faults[0].cause);
	p->plan.fault_count = 1;
	assert_int_equal(fix_plan_make(&p->planning), 0);
}

static void command_is(const struct planned *p, const char *expected)
{
	const struct fix_candidate *c = planned_at(p, 0);

	assert_non_null(c);
	assert_true(c->command_count > 0);
	assert_string_equal(c->commands[c->command_count - 1], expected);
}

static void arp_of_the_client_alone_is_accepted(void **state)
{
	static const char *const place[] = { "nft", "arp", "filter", "in" };
	struct planned p;

	(void)state;
	plan(&p,
	     "table arp filter {\n chain in {\n  type filter hook input "
	     "priority 0; policy drop;\n }\n}\n",
	     packet, "arp-filtered", place);
	command_is(&p,
		   "nft add rule arp filter in arp saddr ip 10.1.0.7 accept");
	planned_done(&p);
}

static void neighbour_discovery_is_accepted_above_the_drop(void **state)
{
	static const char *const place[] = { "nft", "inet", "t", "in" };
	const struct fix_candidate *c;
	struct planned p;

	(void)state;
	plan(&p,
	     "table inet t {\n chain in {\n  type filter hook input priority "
	     "0; policy accept;\n  meta l4proto ipv6-icmp drop # handle 2\n"
	     " }\n}\n",
	     packet6, "icmpv6-nd-blocked", place);
	c = planned_at(&p, 0);
	command_is(&p, "nft 'insert rule inet t in handle 2 icmpv6 type { "
		       "nd-neighbor-solicit, nd-neighbor-advert } accept'");
	/* More is let in than the client's packets, and that is told. */
	assert_false(c->effect.is_exact);
	assert_non_null(strstr(c->effect.text[1], "135-136"));
	planned_done(&p);
}

static const char forward[] =
	"table ip nat {\n chain pre {\n  type nat hook prerouting priority "
	"-100;\n  tcp dport 5555 dnat to 10.1.0.9:80 # handle 3\n }\n"
	" chain post {\n  type nat hook postrouting priority 100;\n }\n}\n";

static void the_source_is_taken_as_well_for_this_connection(void **state)
{
	static const char *const place[] = { "nft", "ip", "nat", "pre" };
	struct planned p;

	(void)state;
	plan(&p, forward, packet, "nat-hairpin-missing", place);
	command_is(&p, "nft add rule ip nat post ip saddr 10.1.0.7 ip daddr "
		       "10.1.0.9 tcp dport 80 masquerade");
	assert_true(planned_at(&p, 0)->effect.is_exact);
	planned_done(&p);
}

static void without_a_chain_for_sources_it_is_told(void **state)
{
	static const char *const place[] = { "nft", "ip", "nat", "pre" };
	struct planned p;

	(void)state;
	plan(&p,
	     "table ip nat {\n chain pre {\n  type nat hook prerouting "
	     "priority -100;\n  tcp dport 5555 dnat to 10.1.0.9:80 # handle 3\n"
	     " }\n}\n",
	     packet, "dnat-reply-bypass", place);
	assert_null(planned_at(&p, 0));
	assert_true(p.plan.remark_count > 0);
	assert_non_null(strstr(p.plan.remarks[0], "translates sources"));
	planned_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arp_of_the_client_alone_is_accepted),
		cmocka_unit_test(
			neighbour_discovery_is_accepted_above_the_drop),
		cmocka_unit_test(
			the_source_is_taken_as_well_for_this_connection),
		cmocka_unit_test(without_a_chain_for_sources_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
