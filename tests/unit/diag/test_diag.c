#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "facts.h"

static const struct exclusion *exclusion_of(const struct verdict *v,
					    const struct cause *c)
{
	for (size_t i = 0; i < v->ruled_out_count; i++)
		if (v->ruled_out[i].cause == c)
			return &v->ruled_out[i];

	return NULL;
}

static void the_same_facts_give_the_same_verdict(void **state)
{
	const struct verdict *first[ROUNDS];
	uint64_t seed = 1;

	for (size_t i = 0; i < ROUNDS; i++) {
		const struct fact_set facts = some_fault(&seed);

		first[i] = diag_judge(*state, &facts);
		assert_non_null(first[i]);
	}
	seed = 1;
	for (size_t i = 0; i < ROUNDS; i++) {
		const struct fact_set facts = some_fault(&seed);

		assert_ptr_equal(diag_judge(*state, &facts), first[i]);
	}
}

static void other_facts_give_another_verdict(void **state)
{
	const struct fact_set a = FACTS(FACT_SYN_SEEN, FACT_SYN_SILENCE);

	for (int k = FACT_NONE + 1; k < FACT_KINDS; k++) {
		struct fact_set b = a;

		fact_add(&b, (enum fact_kind)k);
		if (memcmp(&a, &b, sizeof(a)) != 0)
			assert_ptr_not_equal(diag_judge(*state, &a),
					     diag_judge(*state, &b));
	}
}

static void without_a_fault_nothing_is_blamed(void **state)
{
	const struct fact_set healthy = FACTS(FACT_HANDSHAKE_DONE);
	const struct fact_set unknown = FACTS(FACT_MIDSTREAM);
	const struct verdict *v[] = { diag_judge(*state, &healthy),
				      diag_judge(*state, &unknown) };

	assert_int_equal(v[0]->status, STATUS_HEALTHY);
	assert_int_equal(v[1]->status, STATUS_UNKNOWN);
	for (int i = 0; i < 2; i++) {
		assert_null(v[i]->cause);
		assert_int_equal(v[i]->alternative_count, 0);
		assert_int_equal(v[i]->ruled_out_count, 0);
		assert_int_equal(v[i]->certainty, CERTAINTY_NONE);
		assert_int_equal(v[i]->place, PLACE_UNKNOWN);
		assert_int_equal(v[i]->culprit, CULPRIT_NONE);
	}
}

/* The contract of struct cause, told a second time. */
static bool may_be(const struct cause *c, const struct fact_set *facts)
{
	for (int i = 0; i < CAUSE_FACTS && c->needs[i]; i++)
		if (!fact_has(facts, c->needs[i]))
			return false;

	return !facts_meet(facts, c->ruled_out_by) &&
	       (!c->needs_any[0] || facts_meet(facts, c->needs_any));
}

/* An ICMP error decides over lost data, and a proof over everything. */
static void what_the_facts_allow_is_left_and_nothing_else(void **state)
{
	uint64_t seed = 2;

	for (int round = 0; round < ROUNDS; round++) {
		const struct fact_set facts = some_fault(&seed);
		const struct verdict *v = diag_judge(*state, &facts);

		for (size_t i = 0; i < cause_count; i++) {
			const struct cause *c = cause_list[i];
			bool left = place_in(v, c) >= 0;

			assert_false(left && exclusion_of(v, c));
			assert_false(left && !may_be(c, &facts));
			if (c->shows >> v->symptom & 1 && may_be(c, &facts))
				assert_true(left ||
					    v->certainty == CERTAINTY_PROVEN ||
					    v->symptom ==
						    SYMPTOM_DATA_UNANSWERED);
		}
	}
}

static void what_is_ruled_out_is_ruled_out_by_a_fact_at_hand(void **state)
{
	uint64_t seed = 3;

	for (int round = 0; round < ROUNDS; round++) {
		const struct fact_set facts = some_fault(&seed);
		const struct verdict *v = diag_judge(*state, &facts);

		for (size_t i = 0; i < v->ruled_out_count; i++) {
			const struct exclusion *x = &v->ruled_out[i];
			const struct cause *c = x->cause;

			assert_int_equal(fact_has(&facts, x->by),
					 !x->is_missing);
			assert_true(
				x->is_missing
					? facts_name(c->needs, x->by) ||
						  facts_name(c->needs_any,
							     x->by)
					: facts_name(c->ruled_out_by, x->by));
		}
	}
}

/* What the host itself shows of the cause, or that it was looked at. */
static bool is_of_host(const struct cause *c, enum fact_kind more)
{
	return c->ruled_by == more || facts_name(c->found_by, more) ||
	       facts_name(c->dropped_as, more) || more == FACT_FORETOLD ||
	       more == FACT_PROGRAM_PROXY;
}

/* More evidence may bring in what lacked some, and never what was excluded; but
 * for what the host itself shows of it. */
static void a_fact_more_brings_back_nothing_that_was_ruled_out(void **state)
{
	uint64_t seed = 4;

	for (int round = 0; round < ROUNDS; round++) {
		struct fact_set facts = some_fault(&seed);
		enum symptom symptom = diag_symptom(&facts);
		const struct verdict *before = diag_judge(*state, &facts);
		const struct verdict *after;
		enum fact_kind more = (enum fact_kind)(
			1 + facts_random(&seed) % (FACT_KINDS - 1));

		fact_add(&facts, more);
		if (diag_symptom(&facts) != symptom)
			continue;
		after = diag_judge(*state, &facts);
		for (size_t i = 0; i < before->ruled_out_count; i++) {
			const struct exclusion *x = &before->ruled_out[i];

			if (!x->is_missing && !is_of_host(x->cause, more))
				assert_int_equal(place_in(after, x->cause), -1);
		}
	}
}

/* Any number of sets, as a hostile trace makes them, in bounded memory. */
static void verdicts_stay_right_when_there_are_too_many_to_keep(void **state)
{
	const struct fact_set known = FACTS(FACT_SYN_SEEN, FACT_SYN_SILENCE);
	const struct verdict *kept = diag_judge(*state, &known);
	uint64_t seed = 8;

	for (int i = 0; i < 40000; i++) {
		const struct fact_set facts = facts_any(&seed, 4);
		const struct verdict *v = diag_judge(*state, &facts);

		assert_non_null(v);
		assert_int_equal(v->symptom, diag_symptom(&facts));
	}
	assert_ptr_equal(diag_judge(*state, &known), kept);
	assert_int_equal(kept->symptom, SYMPTOM_SYN_UNANSWERED);
	diag_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DIAG(the_same_facts_give_the_same_verdict),
		WITH_DIAG(other_facts_give_another_verdict),
		WITH_DIAG(without_a_fault_nothing_is_blamed),
		WITH_DIAG(what_the_facts_allow_is_left_and_nothing_else),
		WITH_DIAG(what_is_ruled_out_is_ruled_out_by_a_fact_at_hand),
		WITH_DIAG(a_fact_more_brings_back_nothing_that_was_ruled_out),
		WITH_DIAG(verdicts_stay_right_when_there_are_too_many_to_keep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
