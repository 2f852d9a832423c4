/* What a host's rules were found to do to a flow's first packet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "facts.h"

static const struct cause *ruled(enum fact_kind ruling)
{
	for (size_t i = 0; i < cause_count; i++)
		if (cause_list[i]->ruled_by == ruling)
			return cause_list[i];

	return NULL;
}

static void every_ruling_against_a_packet_names_one_cause(void **state)
{
	(void)state;
	for (int k = FACT_RULES_ORDER; k < FACT_RULES_ACCEPT; k++) {
		size_t count = 0;

		for (size_t i = 0; i < cause_count; i++)
			count += cause_list[i]->ruled_by == (enum fact_kind)k;
		assert_int_equal(count, 1);
	}
	assert_null(ruled(FACT_RULES_ACCEPT));
}

/* Without an answer that fits, other things may have swallowed it. */
static void a_ruling_leaves_one_of_the_firewalls_causes(void **state)
{
	const struct fact_set facts =
		FACTS(FACT_SYN_SEEN, FACT_SYN_SILENCE, FACT_RULES_POLICY);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_string_equal(v->cause->id, "firewall-policy-drop");
	assert_int_equal(v->certainty, CERTAINTY_SUSPECTED);
	assert_true(v->alternative_count > 5);
	for (size_t i = 0; i < v->alternative_count; i++)
		assert_int_equal(v->alternatives[i]->ruled_by, FACT_NONE);
}

static void a_fitting_answer_leaves_one_cause(void **state)
{
	const struct fact_set facts =
		FACTS(FACT_SYN_SEEN, FACT_ICMP_ERROR, FACT_ICMP_FROM_TARGET,
		      FACT_ICMP_PROHIBITED, FACT_RULES_ORDER, FACT_RULES_FIT);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_ptr_equal(v->cause, ruled(FACT_RULES_ORDER));
	assert_int_equal(v->alternative_count, 0);
	assert_int_equal(v->certainty, CERTAINTY_INFERRED);
	assert_int_equal(v->culprit, CULPRIT_FIREWALL_RULE);
}

static void at_the_server_itself_it_is_proven(void **state)
{
	const struct fact_set facts =
		FACTS(FACT_SYN_SEEN, FACT_AT_SERVER, FACT_ICMP_ERROR,
		      FACT_ICMP_FROM_TARGET, FACT_ICMP_LEFT_SERVER,
		      FACT_ICMP_PROHIBITED, FACT_RULES_CATCHALL,
		      FACT_RULES_FIT_SERVER);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_ptr_equal(v->cause, ruled(FACT_RULES_CATCHALL));
	assert_int_equal(v->certainty, CERTAINTY_PROVEN);
	assert_int_equal(v->alternative_count, 0);
}

static void rules_that_accept_clear_the_firewall(void **state)
{
	const struct fact_set facts =
		FACTS(FACT_SYN_SEEN, FACT_SYN_SILENCE, FACT_RULES_ACCEPT);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_true(!v->cause->ruled_by || v->cause->looked_by[0]);
	for (size_t i = 0; i < v->alternative_count; i++)
		assert_true(!v->alternatives[i]->ruled_by ||
			    v->alternatives[i]->looked_by[0]);
}

/* What one table does beside another, only all rules of a host show. */
static void all_rules_that_accept_clear_all_of_the_firewall(void **state)
{
	const struct fact_set facts = FACTS(FACT_SYN_SEEN, FACT_SYN_SILENCE,
					    FACT_RULES_ACCEPT, FACT_RULES_READ);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_int_equal(v->cause->ruled_by, FACT_NONE);
	for (size_t i = 0; i < v->alternative_count; i++)
		assert_int_equal(v->alternatives[i]->ruled_by, FACT_NONE);
}

/* A rule that was found stops the packet before what no look was at. */
static void what_stands_behind_a_rule_is_no_alternative(void **state)
{
	const struct fact_set facts =
		FACTS(FACT_SYN_SEEN, FACT_SYN_SILENCE, FACT_AT_SERVER,
		      FACT_RULES_DROP, FACT_RULES_READ, FACT_RULES_SILENT);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_string_equal(v->cause->id, "firewall-drop-silent");
	for (size_t i = 0; i < v->alternative_count; i++)
		assert_string_not_equal(v->alternatives[i]->id,
					"firewall-output-drop");
}

/* Before a packet came, what only packets show is not asked for. */
static void a_rule_foretells_what_it_will_do(void **state)
{
	const struct fact_set facts = FACTS(FACT_FORETOLD, FACT_RULES_RATE,
					    FACT_RULES_READ, FACT_RULES_SILENT);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_int_equal(v->symptom, SYMPTOM_SYN_UNANSWERED);
	assert_string_equal(v->cause->id, "firewall-rate-limit");
	assert_int_equal(v->certainty, CERTAINTY_INFERRED);
}

/* Neither doubt nor a ruleset of another time excludes anything. */
static void rules_that_do_not_fit_exclude_nothing(void **state)
{
	static const enum fact_kind kinds[] = { FACT_RULES_UNSURE,
						FACT_RULES_OTHERWISE };
	const struct fact_set plain = FACTS(FACT_SYN_SEEN, FACT_SYN_SILENCE);
	const size_t without = diag_judge(*state, &plain)->alternative_count;

	for (size_t i = 0; i < 2; i++) {
		struct fact_set facts = plain;

		fact_add(&facts, kinds[i]);
		assert_int_equal(diag_judge(*state, &facts)->alternative_count,
				 without);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_ruling_against_a_packet_names_one_cause),
		WITH_DIAG(a_ruling_leaves_one_of_the_firewalls_causes),
		WITH_DIAG(a_fitting_answer_leaves_one_cause),
		WITH_DIAG(at_the_server_itself_it_is_proven),
		WITH_DIAG(rules_that_accept_clear_the_firewall),
		WITH_DIAG(all_rules_that_accept_clear_all_of_the_firewall),
		WITH_DIAG(what_stands_behind_a_rule_is_no_alternative),
		WITH_DIAG(a_rule_foretells_what_it_will_do),
		WITH_DIAG(rules_that_do_not_fit_exclude_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
