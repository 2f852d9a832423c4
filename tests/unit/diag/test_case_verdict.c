/* Which address's verdict is that of the whole case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <string.h>

#include "diag/case_verdict.h"

struct judged {
	struct diag *diag;
	struct case_record *c;
	struct case_verdict v;
};

static struct judged new_case(void)
{
	struct judged j = { .diag = diag_new(), .c = case_new() };

	assert_non_null(j.diag);
	assert_non_null(j.c);
	j.c->target = (struct target){ .text = "h:22",
				       .host = "h",
				       .protocol = IPPROTO_TCP,
				       .port = 22,
				       .path = "/" };
	j.c->at_ns = 77;
	return j;
}

static void done(struct judged *j)
{
	diag_free(j->diag);
	case_free(j->c);
}

static struct attempt *attempt(struct judged *j, const char *s)
{
	struct address address;
	struct attempt *a;

	assert_true(address_parse(&address, s, strlen(s)));
	a = case_attempt(j->c, &address, 0);
	fact_tell(&a->facts, FACT_AT_CLIENT, "check", NULL, NULL);
	fact_tell(&a->facts, FACT_PROBED, "check", NULL, NULL);
	fact_tell(&a->facts, address_is_v4(&address) ? FACT_IS_V4 : FACT_IS_V6,
		  "check", NULL, NULL);
	return a;
}

static void works(struct attempt *a)
{
	a->is_connected = true;
	fact_tell(&a->facts, FACT_SYN_SEEN, "connect", NULL, NULL);
	fact_tell(&a->facts, FACT_SYNACK_SEEN, "connect", NULL, NULL);
	fact_tell(&a->facts, FACT_HANDSHAKE_DONE, "connect", NULL, NULL);
}

static void refused(struct attempt *a)
{
	fact_tell(&a->facts, FACT_SYN_SEEN, "connect", NULL, NULL);
	fact_tell(&a->facts, FACT_RST_FOR_SYN, "connect", NULL, NULL);
}

static void silent(struct attempt *a)
{
	fact_tell(&a->facts, FACT_SYN_SEEN, "connect", NULL, NULL);
	fact_tell(&a->facts, FACT_SYN_SILENCE, "connect", NULL, NULL);
}

static void judge(struct judged *j)
{
	assert_int_equal(case_judge(j->diag, j->c, &j->v), 0);
}

static void one_family_that_fails_beside_one_that_works_degrades(void **state)
{
	struct judged j = new_case();

	(void)state;
	works(attempt(&j, "192.0.2.1"));
	refused(attempt(&j, "2001:db8::1"));
	judge(&j);
	assert_int_equal(j.v.verdict.status, STATUS_DEGRADED);
	assert_int_equal(j.v.verdict.symptom, SYMPTOM_REFUSED_BY_RST);
	assert_ptr_equal(j.v.attempt, &j.c->attempts[1]);
	assert_true(fact_has(&j.v.facts->set, FACT_OTHER_FAMILY_WORKS));
	/* Drawn from the others: of the case's time, so that a saved one says
	 * the same. */
	assert_int_equal(facts_get(j.v.facts, FACT_OTHER_FAMILY_WORKS)->at_ns,
			 77);
	assert_int_equal(j.v.parts[0].verdict->status, STATUS_HEALTHY);
	done(&j);
}

static void
an_address_of_the_same_family_does_not_count_as_the_other(void **state)
{
	struct judged j = new_case();

	(void)state;
	works(attempt(&j, "192.0.2.1"));
	refused(attempt(&j, "192.0.2.2"));
	judge(&j);
	assert_int_equal(j.v.verdict.status, STATUS_DEGRADED);
	assert_false(fact_has(&j.v.facts->set, FACT_OTHER_FAMILY_WORKS));
	done(&j);
}

static void all_that_work_are_healthy(void **state)
{
	struct judged j = new_case();

	(void)state;
	works(attempt(&j, "192.0.2.1"));
	works(attempt(&j, "2001:db8::1"));
	judge(&j);
	assert_int_equal(j.v.verdict.status, STATUS_HEALTHY);
	assert_null(j.v.verdict.cause);
	assert_ptr_equal(j.v.attempt, &j.c->attempts[0]);
	done(&j);
}

static void of_failing_ones_the_first_is_told(void **state)
{
	struct judged j = new_case();

	(void)state;
	silent(attempt(&j, "192.0.2.1"));
	refused(attempt(&j, "192.0.2.2"));
	judge(&j);
	assert_int_equal(j.v.verdict.status, STATUS_FAILING);
	assert_int_equal(j.v.verdict.symptom, SYMPTOM_SYN_UNANSWERED);
	assert_int_equal(j.v.parts[1].verdict->symptom, SYMPTOM_REFUSED_BY_RST);
	done(&j);
}

/* A family without a route is passed over by every application. */
static void
a_refusal_at_home_does_not_explain_while_another_was_tried(void **state)
{
	struct judged j = new_case();
	struct attempt *a = attempt(&j, "2001:db8::1");

	(void)state;
	fact_tell(&a->facts, FACT_LOCAL_ERROR, "connect", NULL, NULL);
	fact_tell(&a->facts, FACT_CONNECT_ENETUNREACH, "connect", NULL, NULL);
	refused(attempt(&j, "192.0.2.1"));
	judge(&j);
	assert_int_equal(j.v.parts[0].verdict->symptom, SYMPTOM_LOCAL_REFUSED);
	assert_ptr_equal(j.v.attempt, &j.c->attempts[1]);
	done(&j);

	/* Alone it does. */
	j = new_case();
	a = attempt(&j, "2001:db8::1");
	fact_tell(&a->facts, FACT_LOCAL_ERROR, "connect", NULL, NULL);
	fact_tell(&a->facts, FACT_CONNECT_ENETUNREACH, "connect", NULL, NULL);
	judge(&j);
	assert_int_equal(j.v.verdict.symptom, SYMPTOM_LOCAL_REFUSED);
	done(&j);
}

static void an_address_that_only_dns_gives_carries_nothing(void **state)
{
	struct judged j = new_case();
	struct attempt *a;

	(void)state;
	silent(attempt(&j, "192.0.2.1"));
	a = attempt(&j, "2001:db8::1");
	works(a);
	a->is_from_dns_only = true;
	judge(&j);
	assert_int_equal(j.v.verdict.status, STATUS_FAILING);
	assert_ptr_equal(j.v.attempt, &j.c->attempts[0]);
	assert_false(fact_has(&j.v.facts->set, FACT_OTHER_FAMILY_WORKS));
	done(&j);
}

static void without_an_address_the_name_is_judged(void **state)
{
	struct judged j = new_case();

	(void)state;
	fact_tell(&j.c->general, FACT_NAME_UNRESOLVED, "resolve", NULL, NULL);
	judge(&j);
	assert_null(j.v.attempt);
	assert_int_equal(j.v.verdict.symptom, SYMPTOM_NAME_NOT_RESOLVED);
	assert_true(fact_has(&j.v.facts->set, FACT_NAME_UNRESOLVED));
	done(&j);
}

static void an_interrupted_run_knows_nothing(void **state)
{
	struct judged j = new_case();

	(void)state;
	(void)attempt(&j, "192.0.2.1");
	judge(&j);
	assert_int_equal(j.v.verdict.status, STATUS_UNKNOWN);
	assert_null(j.v.verdict.cause);
	done(&j);

	j = new_case();
	judge(&j);
	assert_int_equal(j.v.verdict.status, STATUS_UNKNOWN);
	done(&j);
}

static void the_name_s_facts_speak_for_every_address(void **state)
{
	struct judged j = new_case();

	(void)state;
	fact_tell(&j.c->general, FACT_NAME_IS_LITERAL, "resolve", NULL, NULL);
	refused(attempt(&j, "192.0.2.1"));
	judge(&j);
	assert_true(fact_has(&j.v.facts->set, FACT_NAME_IS_LITERAL));
	assert_true(fact_has(&j.v.facts->set, FACT_RST_FOR_SYN));
	done(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			one_family_that_fails_beside_one_that_works_degrades),
		cmocka_unit_test(
			an_address_of_the_same_family_does_not_count_as_the_other),
		cmocka_unit_test(all_that_work_are_healthy),
		cmocka_unit_test(of_failing_ones_the_first_is_told),
		cmocka_unit_test(
			a_refusal_at_home_does_not_explain_while_another_was_tried),
		cmocka_unit_test(
			an_address_that_only_dns_gives_carries_nothing),
		cmocka_unit_test(without_an_address_the_name_is_judged),
		cmocka_unit_test(an_interrupted_run_knows_nothing),
		cmocka_unit_test(the_name_s_facts_speak_for_every_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
