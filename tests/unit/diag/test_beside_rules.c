/* What stands below and beside the packet filter of a server: what is found is
 * blamed, what merely may be is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts.h"

/* A SYN came to the server, and nothing went back. */
#define SILENCE                                                                \
	FACT_AT_SERVER, FACT_SYN_SEEN, FACT_SYN_REPEATED, FACT_SYN_SILENCE,    \
		FACT_SYN_ARRIVED

static const struct {
	const char *cause;
	enum fact_kind found, proven; /* as the look tells them */
	enum fact_kind passes;        /* the near miss: it was looked at */
} rows[] = {
	{ "tc-ingress-drop", FACT_TC_INGRESS_DROPS, FACT_TC_INGRESS_COUNTED,
	  FACT_TC_INGRESS_PASSES },
	{ "tc-egress-drop", FACT_TC_EGRESS_DROPS, FACT_TC_EGRESS_COUNTED,
	  FACT_TC_EGRESS_PASSES },
	{ "xfrm-policy-block", FACT_XFRM_BLOCKS, FACT_XFRM_BLOCK_COUNTED,
	  FACT_XFRM_PASSES },
	{ "xfrm-no-state", FACT_XFRM_STATE_MISSING, FACT_XFRM_MISMATCH_COUNTED,
	  FACT_XFRM_PASSES },
	{ "conntrack-full", FACT_CONNTRACK_FULL, FACT_CONNTRACK_COUNTED,
	  FACT_CONNTRACK_ROOM },
	{ "qdisc-drop", FACT_QDISC_DROPS, FACT_NONE, FACT_QDISC_PASSES },
	{ "socket-filter-drop", FACT_SOCKET_FILTER_NOTHING, FACT_NONE,
	  FACT_SOCKET_FILTER_NONE },
	{ "server-ipaddressdeny", FACT_CGROUP_INGRESS_DENIES, FACT_NONE,
	  FACT_CGROUP_INGRESS_NONE },
	{ "ipvs-no-destination", FACT_IPVS_EMPTY, FACT_NONE, FACT_IPVS_READ },
};

enum { ROWS = sizeof(rows) / sizeof(*rows) };

static void what_is_found_comes_first(void **state)
{
	for (size_t i = 0; i < ROWS; i++) {
		const struct fact_set facts = FACTS(SILENCE, rows[i].found);
		const struct verdict *v = diag_judge(*state, &facts);

		assert_non_null(v->cause);
		assert_string_equal(v->cause->id, rows[i].cause);
		/* Others were not looked for. */
		assert_int_not_equal(v->certainty, CERTAINTY_PROVEN);
	}
}

static void a_counter_proves_it(void **state)
{
	for (size_t i = 0; i < ROWS; i++) {
		const struct fact_set facts =
			FACTS(SILENCE, rows[i].found, rows[i].proven);
		const struct verdict *v = diag_judge(*state, &facts);

		if (!rows[i].proven)
			continue;
		assert_string_equal(v->cause->id, rows[i].cause);
		assert_int_equal(v->certainty, CERTAINTY_PROVEN);
	}
}

static void what_passes_is_excluded(void **state)
{
	for (size_t i = 0; i < ROWS; i++) {
		const struct fact_set facts = FACTS(SILENCE, rows[i].passes);
		const struct verdict *v = diag_judge(*state, &facts);

		assert_int_equal(place_in(v, cause_find(rows[i].cause)), -1);
	}
}

static void what_merely_may_be_stays_one_of_many(void **state)
{
	static const struct {
		const char *cause;
		enum fact_kind fact;
	} may[] = {
		{ "server-ipaddressdeny", FACT_CGROUP_INGRESS },
		{ "socket-filter-drop", FACT_SOCKET_FILTER_SOME },
		{ "security-hook-drop", FACT_SECURITY_HOOK },
	};

	for (size_t i = 0; i < sizeof(may) / sizeof(*may); i++) {
		const struct fact_set facts = FACTS(SILENCE, may[i].fact);
		const struct verdict *v = diag_judge(*state, &facts);

		assert_true(place_in(v, cause_find(may[i].cause)) >= 0);
		assert_int_equal(v->certainty, CERTAINTY_SUSPECTED);
	}
}

/* The packet meets the filter of the device before a rule does. */
static void the_first_on_the_way_is_the_cause(void **state)
{
	const struct fact_set facts =
		FACTS(SILENCE, FACT_TC_INGRESS_DROPS, FACT_TC_INGRESS_COUNTED,
		      FACT_XFRM_BLOCKS, FACT_TC_EGRESS_DROPS);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_string_equal(v->cause->id, "tc-ingress-drop");
	assert_int_equal(v->also_count, 2);
	assert_string_equal(v->also[0]->id, "xfrm-policy-block");
	assert_string_equal(v->also[1]->id, "tc-egress-drop");
}

static void it_is_foretold_before_a_packet(void **state)
{
	for (size_t i = 0; i < ROWS; i++) {
		const struct fact_set facts =
			FACTS(FACT_FORETOLD, rows[i].found);
		const struct verdict *v = diag_judge(*state, &facts);

		assert_string_equal(v->cause->id, rows[i].cause);
		assert_int_not_equal(v->certainty, CERTAINTY_PROVEN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_found_comes_first),
		cmocka_unit_test(a_counter_proves_it),
		cmocka_unit_test(what_passes_is_excluded),
		cmocka_unit_test(what_merely_may_be_stays_one_of_many),
		cmocka_unit_test(the_first_on_the_way_is_the_cause),
		cmocka_unit_test(it_is_foretold_before_a_packet),
	};

	return cmocka_run_group_tests(tests, with_diag, without_diag);
}
