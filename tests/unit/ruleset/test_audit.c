#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "random_ruleset.h"
#include "ruleset/audit.h"
#include "ruleset/linear.h"
#include "ruleset/read.h"

#define FILTER                                                                 \
	"*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n"                \
	":OUTPUT ACCEPT [0:0]\n"

struct audited {
	struct problems *problems;
	struct ruleset *ruleset;
	struct arena *arena;
	struct audit audit;
};

static void read_and_audit(struct audited *a, const char *const *texts)
{
	a->problems = problems_new();
	a->ruleset = ruleset_new(a->problems);
	a->arena = arena_new();
	for (; *texts; texts++)
		assert_int_equal(ruleset_read(a->ruleset, "test", *texts,
					      strlen(*texts)),
				 0);
	assert_int_equal(ruleset_link(a->ruleset), 0);
	assert_int_equal(audit_ruleset(a->ruleset, a->arena, &a->audit), 0);
}

static void done(struct audited *a)
{
	arena_free(a->arena);
	ruleset_free(a->ruleset);
	problems_free(a->problems);
}

/* The first of a kind; one of no kind where there is none. */
static const struct finding *first_of(const struct audited *a,
				      enum finding_kind kind)
{
	const struct finding *f = a->audit.first;

	static const struct finding none = { .kind = FINDING_KIND_COUNT };

	while (f && f->kind != kind)
		f = f->next;
	return f ? f : &none;
}

static u128 value_of(const struct finding *f, enum field field)
{
	struct point packet;

	audit_witness(f, &packet);
	assert_true(point_has(&packet, field));
	return packet.value[field];
}

/* The text's only finding is of that kind, about that rule, by that rule. */
static void expect(const char *text, enum finding_kind kind, unsigned rule,
		   unsigned by)
{
	struct audited a;
	const struct finding *f;

	read_and_audit(&a, (const char *const[]){ text, NULL });
	f = a.audit.first;
	assert_non_null(f);
	assert_null(f->next);
	assert_int_equal(f->kind, kind);
	if (rule) {
		assert_int_equal(f->rule->number, rule);
	} else {
		assert_null(f->rule);
	}
	if (by) {
		assert_int_equal(f->by[0]->number, by);
	}
	done(&a);
}

static void expect_nothing(const char *text)
{
	struct audited a;

	read_and_audit(&a, (const char *const[]){ text, NULL });
	if (a.audit.first)
		print_error("%s\n", a.audit.first->text);
	assert_null(a.audit.first);
	done(&a);
}

static void a_reject_above_an_accept_contradicts_it(void **state)
{
	struct audited a;
	const struct finding *f;

	(void)state;

	read_and_audit(
		&a,
		(const char *const[]){
			FILTER
			"-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT\n"
			"-A INPUT -p icmp -j ACCEPT\n"
			"-A INPUT -i lo -j ACCEPT\n"
			"-A INPUT -p tcp -m state --state NEW -m tcp --dport 22 -j ACCEPT\n"
			"-A INPUT -j REJECT --reject-with icmp-host-prohibited\n"
			"-A INPUT -p tcp -m state --state NEW -m tcp --dport 23 -j ACCEPT\n"
			"COMMIT\n",
			NULL });
	f = a.audit.first;
	assert_int_equal(f->kind, FINDING_CONTRADICTED);
	assert_int_equal(f->rule->number, 6);
	assert_int_equal(f->by[0]->number, 5);
	assert_false(f->is_partial);
	assert_non_null(f->witness);
	assert_int_equal(value_of(f, FIELD_DPORT), 23);
	assert_non_null(strstr(
		f->text,
		"INPUT rule 5 REJECT stands above the ACCEPT at rule 6"));
	assert_null(f->next);
	done(&a);
}

static void so_it_does_in_what_iptables_lists(void **state)
{
	struct audited a;
	const struct finding *f;

	(void)state;

	read_and_audit(
		&a,
		(const char *const[]){
			"Chain INPUT (policy ACCEPT)\n"
			"target     prot opt source               destination\n"
			"ACCEPT     all  --  anywhere             anywhere            state RELATED,ESTABLISHED\n"
			"ACCEPT     icmp --  anywhere             anywhere\n"
			"ACCEPT     all  --  anywhere             anywhere\n"
			"ACCEPT     tcp  --  anywhere             anywhere            state NEW tcp dpt:ssh\n"
			"REJECT     all  --  anywhere             anywhere            reject-with icmp-host-prohibited\n"
			"ACCEPT     tcp  --  anywhere             anywhere            state NEW tcp dpt:telnet\n",
			NULL });
	f = a.audit.first;
	assert_int_equal(f->kind, FINDING_CONTRADICTED);
	assert_int_equal(f->rule->number, 6);
	assert_int_equal(f->by[0]->number, 5);
	assert_true(f->is_unsure);
	assert_int_equal(value_of(f, FIELD_DPORT), 23);
	assert_null(f->next);
	done(&a);
}

static void most_of_its_packets_is_enough_to_contradict(void **state)
{
	(void)state;

	expect(FILTER "-A INPUT -p tcp -m state --state NEW -j DROP\n"
		      "-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT\n"
		      "-A INPUT -j DROP\n"
		      "COMMIT\n",
	       FINDING_CONTRADICTED, 2, 1);
	expect_nothing(FILTER "-A INPUT -s 10.0.0.0/8 -j DROP\n"
			      "-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT\n"
			      "-A INPUT -j DROP\n"
			      "COMMIT\n");
}

static void one_rule_or_several_shadow(void **state)
{
	(void)state;

	expect(FILTER "-A INPUT -p tcp -m tcp --dport 1:100 -j DROP\n"
		      "-A INPUT -p tcp -m tcp --dport 22 -j DROP\n"
		      "COMMIT\n",
	       FINDING_SHADOWED, 2, 1);
	expect(FILTER "-A INPUT -p tcp -m tcp --dport 1:50 -j DROP\n"
		      "-A INPUT -p tcp -m tcp --dport 51:100 -j DROP\n"
		      "-A INPUT -p tcp -m tcp --dport 22:80 -j DROP\n"
		      "COMMIT\n",
	       FINDING_SHADOWED_BY_UNION, 3, 2);
}

static void a_limit_shadows_nothing(void **state)
{
	(void)state;

	expect_nothing(
		FILTER
		"-A INPUT -p tcp -m tcp --dport 22 -m limit --limit 3/min -j DROP\n"
		"-A INPUT -p tcp -m tcp --dport 22 -m limit --limit 3/min -j DROP\n"
		"COMMIT\n");
}

static void what_happens_anyhow_is_redundant(void **state)
{
	(void)state;

	expect(FILTER "-A INPUT -p tcp -m tcp --dport 22 -j DROP\n"
		      "-A INPUT -p tcp -j DROP\n"
		      "COMMIT\n",
	       FINDING_REDUNDANT, 1, 2);
	/* not across one that does something else, nor a LOG */
	expect_nothing(FILTER "-A INPUT -p tcp -m tcp --dport 22 -j DROP\n"
			      "-A INPUT -s 10.0.0.1 -j ACCEPT\n"
			      "-A INPUT -p tcp -j DROP\n"
			      "COMMIT\n");
	expect_nothing(FILTER "-A INPUT -p tcp -m tcp --dport 22 -j DROP\n"
			      "-A INPUT -j LOG\n"
			      "-A INPUT -p tcp -j DROP\n"
			      "COMMIT\n");
}

static void a_return_leads_around_what_is_below_in_its_chain(void **state)
{
	(void)state;

	expect_nothing(FILTER ":in - [0:0]\n"
			      "-A INPUT -j in\n"
			      "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n"
			      "-A INPUT -j DROP\n"
			      "-A in -p tcp -m tcp --dport 22 -j RETURN\n"
			      "-A in -p tcp -j REJECT\n"
			      "COMMIT\n");
}

static void a_chain_that_nothing_leads_to_is_unreachable(void **state)
{
	(void)state;

	expect(FILTER ":old - [0:0]\n"
		      "-A INPUT -p tcp -j DROP\n"
		      "-A old -j DROP\n"
		      "COMMIT\n",
	       FINDING_UNREACHABLE, 0, 0);
}

static void the_other_protocol_is_a_near_miss(void **state)
{
	(void)state;

	expect(FILTER "-A INPUT -p udp -m udp --dport 22 -j ACCEPT\n"
		      "-A INPUT -j REJECT\n"
		      "COMMIT\n",
	       FINDING_NEAR_MISS, 1, 2);
	expect_nothing(FILTER "-A INPUT -p udp -m udp --dport 22 -j ACCEPT\n"
			      "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n"
			      "-A INPUT -j REJECT\n"
			      "COMMIT\n");
}

#define WEB                                                                    \
	"-A INPUT -i eth0 -p tcp -m tcp --dport 80 -j ACCEPT\n"                \
	"-A INPUT -i eth0 -p tcp -m tcp --dport 443 -j ACCEPT\n"

static void an_interface_that_no_other_rule_names_is_a_near_miss(void **state)
{
	(void)state;

	expect(FILTER WEB
	       "-A INPUT -i eth1 -p tcp -m tcp --dport 22 -j ACCEPT\n"
	       "-A INPUT -j REJECT\nCOMMIT\n",
	       FINDING_NEAR_MISS, 3, 4);
	/* ens3 was eth0 before the system was new */
	expect(FILTER WEB
	       "-A INPUT -i ens3 -p tcp -m tcp --dport 22 -j ACCEPT\n"
	       "-A INPUT -j REJECT\nCOMMIT\n",
	       FINDING_NEAR_MISS, 3, 4);
	/* two rules name it, or it is of another kind, or of nearly the same
	 * name as many; all of an interface is trusted by right; and one other
	 * rule is not enough to tell who is right */
	expect_nothing(FILTER WEB
		       "-A INPUT -i eth1 -p tcp -m tcp --dport 22 -j ACCEPT\n"
		       "-A INPUT -i eth1 -p udp -m udp --dport 53 -j ACCEPT\n"
		       "-A INPUT -j REJECT\nCOMMIT\n");
	expect_nothing(FILTER WEB
		       "-A INPUT -i tun0 -p tcp -m tcp --dport 22 -j ACCEPT\n"
		       "-A INPUT -j REJECT\nCOMMIT\n");
	expect_nothing(FILTER WEB
		       "-A INPUT -i eth1 -p tcp -m tcp --dport 22 -j ACCEPT\n"
		       "-A INPUT -i eth2 -p tcp -m tcp --dport 25 -j ACCEPT\n"
		       "-A INPUT -j REJECT\nCOMMIT\n");
	expect_nothing(FILTER WEB "-A INPUT -i eth1 -j ACCEPT\n"
				  "-A INPUT -j REJECT\nCOMMIT\n");
	expect_nothing(FILTER
		       "-A INPUT -i eth0 -p tcp -m tcp --dport 80 -j ACCEPT\n"
		       "-A INPUT -i eth1 -p tcp -m tcp --dport 22 -j ACCEPT\n"
		       "-A INPUT -j REJECT\nCOMMIT\n");
	/* the packet comes in anyhow */
	expect_nothing(FILTER WEB
		       "-A INPUT -i eth1 -p tcp -m tcp --dport 22 -j ACCEPT\n"
		       "-A INPUT -i eth0 -p tcp -m tcp --dport 22 -j ACCEPT\n"
		       "-A INPUT -j REJECT\nCOMMIT\n");
}

#define DATABASE                                                               \
	"-A INPUT -s 10.1.0.0/24 -p tcp -m tcp --dport 5432 -j ACCEPT\n"       \
	"-A INPUT -s 10.1.0.0/24 -p tcp -m tcp --dport 6379 -j ACCEPT\n"

static void a_network_that_no_other_rule_names_is_a_near_miss(void **state)
{
	(void)state;

	expect(FILTER DATABASE
	       "-A INPUT -s 10.1.1.0/24 -p tcp -m tcp --dport 22 -j ACCEPT\n"
	       "-A INPUT -j REJECT\nCOMMIT\n",
	       FINDING_NEAR_MISS, 3, 4);
	expect(FILTER DATABASE
	       "-A INPUT -s 10.1.0.0/28 -p tcp -m tcp --dport 22 -j ACCEPT\n"
	       "-A INPUT -j REJECT\nCOMMIT\n",
	       FINDING_NEAR_MISS, 3, 4);
	/* two parts differ; several are as near; a host of the network; a wider
	 * one, which lets all of them in */
	expect_nothing(
		FILTER DATABASE
		"-A INPUT -s 10.2.1.0/24 -p tcp -m tcp --dport 22 -j ACCEPT\n"
		"-A INPUT -j REJECT\nCOMMIT\n");
	expect_nothing(
		FILTER DATABASE
		"-A INPUT -s 10.1.1.0/24 -p tcp -m tcp --dport 22 -j ACCEPT\n"
		"-A INPUT -s 10.1.2.0/24 -p tcp -m tcp --dport 25 -j ACCEPT\n"
		"-A INPUT -j REJECT\nCOMMIT\n");
	expect_nothing(
		FILTER DATABASE
		"-A INPUT -s 10.1.0.0/32 -p tcp -m tcp --dport 22 -j ACCEPT\n"
		"-A INPUT -s 10.1.0.7/32 -p tcp -m tcp --dport 23 -j ACCEPT\n"
		"-A INPUT -j REJECT\nCOMMIT\n");
	expect_nothing(
		FILTER DATABASE
		"-A INPUT -s 10.1.0.0/16 -p tcp -m tcp --dport 22 -j ACCEPT\n"
		"-A INPUT -j REJECT\nCOMMIT\n");
}

static void hosts_of_one_network_are_many(void **state)
{
	(void)state;

	expect_nothing(
		FILTER
		"-A INPUT -s 10.1.0.5/32 -p tcp -m tcp --dport 80 -j ACCEPT\n"
		"-A INPUT -s 10.1.0.5/32 -p tcp -m tcp --dport 443 -j ACCEPT\n"
		"-A INPUT -s 10.1.0.6/32 -p tcp -m tcp --dport 22 -j ACCEPT\n"
		"-A INPUT -j REJECT\nCOMMIT\n");
	expect(FILTER
	       "-A INPUT -s 10.1.0.5/32 -p tcp -m tcp --dport 80 -j ACCEPT\n"
	       "-A INPUT -s 10.1.0.5/32 -p tcp -m tcp --dport 443 -j ACCEPT\n"
	       "-A INPUT -s 10.7.0.5/32 -p tcp -m tcp --dport 22 -j ACCEPT\n"
	       "-A INPUT -j REJECT\nCOMMIT\n",
	       FINDING_NEAR_MISS, 3, 4);
}

static void live_rules_for_an_interface_that_is_not_there_are_told(void **state)
{
	static const char text[] = FILTER
		"-A INPUT -i nowhere0 -p tcp -m tcp --dport 22 -j ACCEPT\n"
		"-A INPUT -i lo -p tcp -m tcp --dport 25 -j ACCEPT\n"
		"-A INPUT -j REJECT\nCOMMIT\n";
	const char *const files[] = { "live (test)", "rules.v4" };

	(void)state;

	for (size_t i = 0; i < 2; i++) {
		struct audited a = { .problems = problems_new() };

		a.ruleset = ruleset_new(a.problems);
		a.arena = arena_new();
		assert_int_equal(ruleset_read(a.ruleset, files[i], text,
					      sizeof(text) - 1),
				 0);
		assert_int_equal(ruleset_link(a.ruleset), 0);
		assert_int_equal(audit_ruleset(a.ruleset, a.arena, &a.audit),
				 0);
		assert_int_equal(a.audit.count, i ? 0 : 1);
		if (!i) {
			assert_int_equal(a.audit.first->rule->number, 1);
			assert_true(a.audit.first->is_unsure);
		}
		done(&a);
	}
}

static void a_rule_that_ipv6_lacks_is_told(void **state)
{
	struct audited a;
	const struct finding *f;

	(void)state;

	read_and_audit(&a,
		       (const char *const[]){
			       "# Generated by iptables-save v1.8.9\n" FILTER
			       "-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n"
			       "-A INPUT -j DROP\n"
			       "COMMIT\n",
			       "# Generated by ip6tables-save v1.8.9\n" FILTER
			       "-A INPUT -j DROP\n"
			       "COMMIT\n",
			       NULL });
	f = first_of(&a, FINDING_FAMILIES_DIFFER);
	assert_int_equal(f->kind, FINDING_FAMILIES_DIFFER);
	assert_int_equal(f->rule->number, 1);
	assert_int_equal(value_of(f, FIELD_DPORT), 22);
	assert_null(f->next);
	done(&a);
}

static void two_engines_at_once_are_told(void **state)
{
	struct audited a;

	(void)state;

	read_and_audit(&a, (const char *const[]){
				   FILTER "-A INPUT -p tcp -j DROP\nCOMMIT\n",
				   "table ip f {\n\tchain in {\n"
				   "\t\ttype filter hook input priority 0;\n"
				   "\t\tip protocol udp drop\n\t}\n}\n",
				   NULL });
	assert_int_equal(first_of(&a, FINDING_BOTH_ENGINES)->kind,
			 FINDING_BOTH_ENGINES);
	done(&a);
}

static void a_zero_counter_counts_only_where_others_do(void **state)
{
	(void)state;

	expect("*filter\n:INPUT ACCEPT [7:700]\n"
	       "[7:700] -A INPUT -p tcp -m tcp --dport 22 -j DROP\n"
	       "[0:0] -A INPUT -p tcp -m tcp --dport 23 -j DROP\n"
	       "COMMIT\n",
	       FINDING_NEVER_MATCHED, 2, 0);
	expect_nothing("*filter\n:INPUT ACCEPT [0:0]\n"
		       "[0:0] -A INPUT -p tcp -m tcp --dport 23 -j DROP\n"
		       "COMMIT\n");
}

static void a_set_that_was_not_given_is_named(void **state)
{
	struct audited a;
	const struct finding *f;

	(void)state;

	read_and_audit(
		&a, (const char *const[]){
			    FILTER
			    "-A INPUT -m set --match-set banned src -j DROP\n"
			    "COMMIT\n",
			    NULL });
	f = first_of(&a, FINDING_SET_NOT_GIVEN);
	assert_int_equal(f->kind, FINDING_SET_NOT_GIVEN);
	assert_non_null(strstr(f->text, "banned"));
	assert_int_equal(f->by[0]->number, 1);
	done(&a);
}

/* A rule that any packet meets. */
static bool is_met(const struct program *p, uint32_t entry)
{
	const struct supposed s = { p, NULL, entry };

	for (unsigned n = 0; n < PACKETS; n++) {
		struct point packet = random_packet(n);

		if (linear_reaches(&packet, &s))
			return true;
	}

	return false;
}

static bool is_called_dead(const struct audit *a, const struct rule *rule)
{
	for (const struct finding *f = a->first; f; f = f->next)
		if (f->rule == rule && f->kind != FINDING_REDUNDANT &&
		    !f->is_partial)
			return true;

	return false;
}

static void what_is_called_dead_is_dead_and_nothing_else_is(void **state)
{
	(void)state;

	for (unsigned seed = 1; seed <= 300; seed++) {
		struct random_ruleset r;
		struct arena *arena = arena_new();
		struct audit a;
		struct program p;
		struct space *s;

		random_open(&r, seed, 6);
		s = space_new(arena, TABLE_IP, r.chains[0], false);
		assert_int_equal(program_init(&p, s, r.chains[0]), 0);
		assert_int_equal(audit_ruleset(r.ruleset, arena, &a), 0);
		for (uint32_t i = 0; i + 1 < p.count; i++)
			assert_int_equal(is_called_dead(&a, p.entries[i].rule),
					 !is_met(&p, i));
		program_done(&p);
		arena_free(arena);
		random_close(&r);
	}
}

/* Everything but the pairs, in pieces. */
static void pairs_that_must_not_match_are_taken_away(void **state)
{
	struct audited a;

	(void)state;
	read_and_audit(
		&a,
		(const char *const[]){
			"table ip x {\n set s {\n"
			"  type ipv4_addr . inet_service\n"
			"  elements = { 10.1.2.3 . 22, 10.1.2.3 . 80 }\n }\n"
			" chain i {\n  type filter hook input priority 0\n"
			"  ip saddr . tcp dport != @s drop\n"
			"  ip saddr 10.1.2.3 tcp dport 23 accept\n"
			"  ip saddr 10.1.2.3 tcp dport 22 accept\n"
			"  drop\n }\n}\n",
			NULL });
	assert_int_equal(a.audit.count, 1);
	assert_int_equal(a.audit.first->kind, FINDING_CONTRADICTED);
	assert_int_equal(a.audit.first->rule->number, 2);
	done(&a);
}

static void a_witness_meets_what_has_a_mask(void **state)
{
	struct audited a;
	struct point witness;
	const struct finding *f;

	(void)state;
	read_and_audit(
		&a,
		(const char *const[]){
			"*filter\n:INPUT DROP [0:0]\n"
			"-A INPUT -s 10.0.0.1/255.0.0.255 -m connmark --mark 0x1/0x1 -j DROP\n"
			"COMMIT\n",
			NULL });
	f = first_of(&a, FINDING_REDUNDANT);
	assert_non_null(f->witness);
	audit_witness(f, &witness);
	assert_int_equal(witness.value[FIELD_CT_MARK] & 1, 1);
	assert_int_equal((uint64_t)witness.value[FIELD_SADDR] & 0xff0000ff,
			 0x0a000001);
	done(&a);
}

/* What the map does not have goes on to the next rule. */
static void a_translation_by_map_takes_what_the_map_has(void **state)
{
	static const char before[] =
		"table ip n {\n\tchain out {\n"
		"\t\ttype nat hook output priority -100; policy accept;\n"
		"\t\tdnat to ip daddr map { 10.0.0.1 : 10.9.0.1, "
		"10.0.0.2 : 10.9.0.2 }\n";
	char text[512];

	(void)state;
	snprintf(text, sizeof(text), "%s\t\tip daddr 10.0.0.3 %s", before,
		 "dnat to 10.9.0.3\n\t}\n}\n");
	expect_nothing(text);
	snprintf(text, sizeof(text), "%s\t\tip daddr 10.0.0.2 %s", before,
		 "dnat to 10.9.0.3\n\t}\n}\n");
	expect(text, FINDING_SHADOWED, 2, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reject_above_an_accept_contradicts_it),
		cmocka_unit_test(so_it_does_in_what_iptables_lists),
		cmocka_unit_test(most_of_its_packets_is_enough_to_contradict),
		cmocka_unit_test(one_rule_or_several_shadow),
		cmocka_unit_test(a_limit_shadows_nothing),
		cmocka_unit_test(what_happens_anyhow_is_redundant),
		cmocka_unit_test(
			a_return_leads_around_what_is_below_in_its_chain),
		cmocka_unit_test(a_chain_that_nothing_leads_to_is_unreachable),
		cmocka_unit_test(the_other_protocol_is_a_near_miss),
		cmocka_unit_test(
			an_interface_that_no_other_rule_names_is_a_near_miss),
		cmocka_unit_test(
			a_network_that_no_other_rule_names_is_a_near_miss),
		cmocka_unit_test(hosts_of_one_network_are_many),
		cmocka_unit_test(
			live_rules_for_an_interface_that_is_not_there_are_told),
		cmocka_unit_test(a_rule_that_ipv6_lacks_is_told),
		cmocka_unit_test(two_engines_at_once_are_told),
		cmocka_unit_test(a_zero_counter_counts_only_where_others_do),
		cmocka_unit_test(a_set_that_was_not_given_is_named),
		cmocka_unit_test(pairs_that_must_not_match_are_taken_away),
		cmocka_unit_test(a_witness_meets_what_has_a_mask),
		cmocka_unit_test(a_translation_by_map_takes_what_the_map_has),
		cmocka_unit_test(
			what_is_called_dead_is_dead_and_nothing_else_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
