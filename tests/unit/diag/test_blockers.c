/* What stops a packet on the server: each has one place, one cause or more, and
 * what the client sees of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "diag/blockers.h"
#include "diag/cause.h"
#include "facts.h"

static const enum fact_kind kinds[] = {

#define X(name, tcp, udp) FACT_##name,
#include "diag/blockers.def"
#undef X
};

static bool is_found_by(const struct cause *c, enum fact_kind kind)
{
	for (size_t i = 0; i < CAUSE_FACTS && c->found_by[i]; i++)
		if (c->found_by[i] == kind)
			return true;

	return c->ruled_by == kind;
}

static void each_has_a_place_of_its_own(void **state)
{
	(void)state;
	for (unsigned i = 0; i < BLOCKERS; i++)
		assert_int_equal(blockers_place(kinds[i]), i + 1);
	assert_int_equal(blockers_place(FACT_NONE), 0);
	assert_int_equal(blockers_place(FACT_SYN_SEEN), 0);
}

static void each_is_found_for_some_cause(void **state)
{
	(void)state;
	for (unsigned i = 0; i < BLOCKERS; i++) {
		bool is_found = false;

		for (size_t k = 0; k < cause_count; k++)
			is_found |= is_found_by(cause_list[k], kinds[i]);
		if (!is_found)
			fail_msg("%s is found for no cause", fact_id(kinds[i]));
	}
}

static void a_packet_meets_the_first_of_them(void **state)
{
	const struct fact_set none = FACTS(FACT_SYN_SEEN, FACT_IS_V4);
	struct fact_set set = none;

	(void)state;
	assert_int_equal(blockers_first(&none), FACT_NONE);
	for (unsigned i = BLOCKERS; i > 0; i--) {
		fact_add(&set, kinds[i - 1]);
		assert_int_equal(blockers_first(&set), kinds[i - 1]);
	}
}

static void the_rule_says_what_the_client_sees_of_it(void **state)
{
	const struct fact_set silent = FACTS(FACT_RULES_SILENT);
	const struct fact_set rst = FACTS(FACT_RULES_RST);
	const struct fact_set icmp = FACTS(FACT_RULES_ICMP);
	const struct fact_set udp = FACTS(FACT_ASKS_UDP, FACT_RULES_SILENT);
	const struct fact_set udp_icmp = FACTS(FACT_ASKS_UDP, FACT_RULES_ICMP);

	(void)state;
	assert_int_equal(blockers_symptom(FACT_RULES_EARLY, &silent),
			 SYMPTOM_SYN_UNANSWERED);
	assert_int_equal(blockers_symptom(FACT_RULES_EARLY, &rst),
			 SYMPTOM_REFUSED_BY_RST);
	assert_int_equal(blockers_symptom(FACT_RULES_EARLY, &icmp),
			 SYMPTOM_REFUSED_BY_ICMP);
	assert_int_equal(blockers_symptom(FACT_RULES_EARLY, &udp),
			 SYMPTOM_UDP_UNANSWERED);
	assert_int_equal(blockers_symptom(FACT_RULES_EARLY, &udp_icmp),
			 SYMPTOM_UDP_REFUSED_BY_ICMP);
	/* What is no rule's does not ask what a rule does. */
	assert_int_equal(blockers_symptom(FACT_RP_FILTER_DROPS, &rst),
			 SYMPTOM_SYN_UNANSWERED);
	assert_int_equal(blockers_symptom(FACT_SYN_SEEN, &silent),
			 SYMPTOM_NOT_ENOUGH_SEEN);
}

static void only_before_a_packet_do_they_foretell(void **state)
{
	const struct fact_set before = FACTS(FACT_FORETOLD);
	const struct fact_set after = FACTS(FACT_FORETOLD, FACT_AT_SERVER);
	const struct fact_set client = FACTS(FACT_SYN_SEEN);

	(void)state;
	assert_true(blockers_foretell(&before));
	assert_false(blockers_foretell(&after));
	assert_false(blockers_foretell(&client));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_a_place_of_its_own),
		cmocka_unit_test(each_is_found_for_some_cause),
		cmocka_unit_test(a_packet_meets_the_first_of_them),
		cmocka_unit_test(the_rule_says_what_the_client_sees_of_it),
		cmocka_unit_test(only_before_a_packet_do_they_foretell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
