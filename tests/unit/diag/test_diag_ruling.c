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

	assert_int_equal(v->cause->ruled_by, FACT_NONE);
	for (size_t i = 0; i < v->alternative_count; i++)
		assert_int_equal(v->alternatives[i]->ruled_by, FACT_NONE);
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
		WITH_DIAG(rules_that_do_not_fit_exclude_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
