#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts.h"

/* How many of those that were left before stand above it. */
static int above(const struct verdict *v, const struct cause *c,
		 const struct verdict *before)
{
	int count = 0;

	for (int i = 0; i < place_in(v, c); i++)
		count += place_in(before,
				  i ? v->alternatives[i - 1] : v->cause) >= 0;

	return count;
}

static void a_fact_in_favour_never_makes_a_cause_less_likely(void **state)
{
	uint64_t seed = 5;

	for (int round = 0; round < ROUNDS; round++) {
		const struct fact_set facts = some_fault(&seed);
		const struct verdict *before = diag_judge(*state, &facts);
		const struct cause *c;
		size_t pick;

		if (!before->alternative_count)
			continue;
		pick = facts_random(&seed) % before->alternative_count;
		c = before->alternatives[pick];
		for (int k = 0; k < CAUSE_FACTS && c->favoured_by[k]; k++) {
			struct fact_set more = facts;
			const struct verdict *after;

			fact_add(&more, c->favoured_by[k]);
			after = diag_judge(*state, &more);
			if (after->symptom == before->symptom &&
			    place_in(after, c) >= 0)
				assert_true(above(after, c, before) <=
					    place_in(before, c));
		}
	}
}

static void a_common_cause_stands_before_a_rare_one(void **state)
{
	const struct fact_set facts = FACTS(FACT_SYN_SEEN, FACT_SYN_SILENCE);
	const struct verdict *v = diag_judge(*state, &facts);
	enum frequency last = FREQUENCY_COMMON;
	size_t compared = 0;

	for (size_t i = 0; i < v->alternative_count; i++) {
		const struct cause *c = v->alternatives[i];

		if (facts_meet(&facts, c->favoured_by))
			continue;
		assert_true(c->frequency <= last);
		last = c->frequency;
		compared++;
	}
	assert_true(compared > 20);
	assert_int_equal(last, FREQUENCY_RARE);
}

static void certainty_is_no_more_than_what_is_left_allows(void **state)
{
	uint64_t seed = 6;

	for (int round = 0; round < ROUNDS; round++) {
		const struct fact_set facts = some_fault(&seed);
		const struct verdict *v = diag_judge(*state, &facts);

		if (!v->cause)
			assert_int_equal(v->certainty, CERTAINTY_NONE);
		else if (v->cause->proven_by &&
			 fact_has(&facts, v->cause->proven_by))
			assert_int_equal(v->certainty, CERTAINTY_PROVEN);
		else if (v->alternative_count)
			assert_int_equal(v->certainty, CERTAINTY_SUSPECTED);
		else
			assert_int_equal(v->certainty, CERTAINTY_INFERRED);
	}
	assert_null(certainty_name(CERTAINTY_NONE));
	assert_string_equal(certainty_name(CERTAINTY_SUSPECTED), "suspected");
	assert_string_equal(certainty_name(CERTAINTY_INFERRED), "inferred");
	assert_string_equal(certainty_name(CERTAINTY_PROVEN), "proven");
}

static void a_place_is_named_only_where_all_that_is_left_sits(void **state)
{
	uint64_t seed = 7;

	for (int round = 0; round < ROUNDS; round++) {
		const struct fact_set facts = some_fault(&seed);
		const struct verdict *v = diag_judge(*state, &facts);
		bool near_client = v->place == PLACE_CLIENT ||
				   v->place == PLACE_CLIENT_LINK;

		for (size_t i = 0; near_client && i < v->alternative_count;
		     i++) {
			enum fault_place p = v->alternatives[i]->place;

			assert_true(p == PLACE_CLIENT ||
				    p == PLACE_CLIENT_LINK || p == PLACE_DNS);
		}
	}
}

static void a_connection_over_the_other_family_is_a_degradation(void **state)
{
	const struct fact_set alone = FACTS(FACT_SYN_SEEN, FACT_SYN_SILENCE);
	const struct fact_set both =
		FACTS(FACT_SYN_SEEN, FACT_SYN_SILENCE, FACT_OTHER_FAMILY_WORKS);

	assert_int_equal(diag_judge(*state, &alone)->status, STATUS_FAILING);
	assert_int_equal(diag_judge(*state, &both)->status, STATUS_DEGRADED);
	assert_int_equal(diag_judge(*state, &both)->symptom,
			 SYMPTOM_SYN_UNANSWERED);
}

/* A probe goes to no proxy; a program whose environment names one does. */
static void the_proxy_of_a_program_comes_first(void **state)
{
	const struct fact_set probed =
		FACTS(FACT_SYN_SEEN, FACT_RST_FOR_SYN, FACT_PROBED);
	const struct fact_set proxied =
		FACTS(FACT_SYN_SEEN, FACT_RST_FOR_SYN, FACT_PROBED,
		      FACT_IS_LOOPBACK, FACT_PROGRAM_PROXY);
	const struct fact_set rejected =
		FACTS(FACT_SYN_SEEN, FACT_RST_FOR_SYN, FACT_PROBED,
		      FACT_PROGRAM_PROXY, FACT_ICMP_FROM_CLIENT);
	const struct cause *c = cause_find("proxy-dead");

	assert_int_equal(place_in(diag_judge(*state, &probed), c), -1);
	assert_int_equal(place_in(diag_judge(*state, &proxied), c), 0);
	assert_int_equal(diag_judge(*state, &proxied)->certainty,
			 CERTAINTY_SUSPECTED);
	assert_int_equal(place_in(diag_judge(*state, &rejected), c), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DIAG(a_fact_in_favour_never_makes_a_cause_less_likely),
		WITH_DIAG(a_common_cause_stands_before_a_rare_one),
		WITH_DIAG(certainty_is_no_more_than_what_is_left_allows),
		WITH_DIAG(a_place_is_named_only_where_all_that_is_left_sits),
		WITH_DIAG(a_connection_over_the_other_family_is_a_degradation),
		WITH_DIAG(the_proxy_of_a_program_comes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
