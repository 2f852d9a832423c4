/* What the server itself shows, and what that says of its packets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "diag/blockers.h"
#include "facts.h"

/* A SYN came in at the server, at an address of its own, and nothing left. */
#define SILENT                                                                 \
	FACT_AT_SERVER, FACT_FORETOLD, FACT_IS_V4, FACT_SYN_SEEN,              \
		FACT_SYN_SILENCE, FACT_SYN_ARRIVED, FACT_ADDRESS_OWN

static void assert_proven(struct diag *d, const struct fact_set *facts,
			  const char *id)
{
	const struct verdict *v = diag_judge(d, facts);

	assert_string_equal(v->cause->id, id);
	assert_int_equal(v->certainty, CERTAINTY_PROVEN);
	assert_int_equal(v->alternative_count, 0);
}

static bool is_left(const struct verdict *v, const char *id)
{
	return place_in(v, cause_find(id)) >= 0;
}

static void the_kernels_own_counter_proves_it(void **state)
{
	const struct fact_set rp =
		FACTS(SILENT, FACT_RP_FILTER_DROPS, FACT_RP_FILTER_COUNTED);
	const struct fact_set back =
		FACTS(SILENT, FACT_ROUTE_BACK_NONE, FACT_ROUTE_BACK_COUNTED);
	const struct fact_set rule =
		FACTS(SILENT, FACT_POLICY_RULE_BACK, FACT_ROUTE_BACK_COUNTED);

	assert_proven(*state, &rp, "rp-filter");
	assert_proven(*state, &back, "route-missing-reply");
	assert_proven(*state, &rule, "policy-rule-drop");
}

/* It was foretold, and the counter stood still. */
static void a_counter_that_did_not_move_excludes_it(void **state)
{
	const struct fact_set facts =
		FACTS(SILENT, FACT_RP_FILTER_DROPS, FACT_RP_FILTER_PASSES);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_false(is_left(v, "rp-filter"));
	for (size_t i = 0; i < v->also_count; i++)
		assert_string_not_equal(v->also[i]->id, "rp-filter");
}

static void whom_the_server_asks_for_tells_what_is_wrong(void **state)
{
	static const struct {
		enum fact_kind found;
		const char *id;
	} rows[] = {
		{ FACT_REPLY_ONLINK, "route-reply-onlink" },
		{ FACT_REPLY_OVERLAP, "subnet-overlap" },
		{ FACT_REPLY_GATEWAY, "route-reply-wrong-gateway" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct fact_set facts =
			FACTS(SILENT, FACT_ROUTE_BACK_FOUND, rows[i].found,
			      FACT_SYN_TAKEN, FACT_REPLY_STUCK);

		assert_proven(*state, &facts, rows[i].id);
	}
}

static void an_answer_that_would_have_left_clears_the_way_back(void **state)
{
	static const char *const cleared[] = { "route-reply-onlink",
					       "subnet-overlap",
					       "route-reply-wrong-gateway" };
	const struct fact_set facts = FACTS(SILENT, FACT_ANSWER_WOULD_LEAVE);
	const struct verdict *v = diag_judge(*state, &facts);

	for (size_t i = 0; i < 3; i++)
		assert_false(is_left(v, cleared[i]));
}

/* The kernel took the SYN, so no rule of INPUT dropped it; one of OUTPUT may
 * have dropped the answer. */
static void a_syn_that_was_taken_met_nothing_before(void **state)
{
	const struct fact_set facts = FACTS(SILENT, FACT_SYN_TAKEN);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_false(is_left(v, "firewall-drop-silent"));
	assert_false(is_left(v, "rp-filter"));
	assert_false(is_left(v, "source-address-duplicate"));
	assert_true(is_left(v, "firewall-output-drop"));
	assert_true(is_left(v, "tc-egress-drop"));
}

/* What came in is no matter of who stands before. */
static void what_came_in_was_lost_by_nobody_before(void **state)
{
	const struct fact_set elsewhere =
		FACTS(FACT_AT_SERVER, FACT_IS_V4, FACT_SYN_SEEN,
		      FACT_RST_FOR_SYN, FACT_RST_LEFT_SERVER);
	struct fact_set facts = elsewhere;

	/* A trace alone does not say whose address it is. */
	assert_true(is_left(diag_judge(*state, &facts), "proxy-dead"));
	fact_add(&facts, FACT_ADDRESS_OWN);
	assert_false(is_left(diag_judge(*state, &facts), "proxy-dead"));
}

/* It is sure to stop the packet: what stands behind was not met. */
static void what_was_found_first_leaves_nothing_behind(void **state)
{
	const struct fact_set facts = FACTS(SILENT, FACT_SOURCE_OWN);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_string_equal(v->cause->id, "source-address-duplicate");
	assert_false(is_left(v, "route-missing-reply"));
	assert_false(is_left(v, "neigh-table-overflow"));
}

static void of_two_that_were_found_the_packet_meets_the_first(void **state)
{
	const struct fact_set facts =
		FACTS(SILENT, FACT_RP_FILTER_DROPS, FACT_RP_FILTER_COUNTED,
		      FACT_ROUTE_BACK_NONE);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_string_equal(v->cause->id, "rp-filter");
	assert_int_equal(v->also_count, 1);
	assert_string_equal(v->also[0]->id, "route-missing-reply");
}

/* On the router itself, that the packet came so far says nothing. */
static void a_router_is_told_what_it_does_not_do(void **state)
{
	const struct fact_set facts =
		FACTS(FACT_AT_SERVER, FACT_FORETOLD, FACT_IS_V4, FACT_SYN_SEEN,
		      FACT_SYN_SILENCE, FACT_SYN_ARRIVED, FACT_HOST_PINGS,
		      FACT_FORWARDING_OFF, FACT_ADDRESS_COUNTED);

	assert_proven(*state, &facts, "router-forwarding-off");
}

static void who_asks_in_vain_is_kept_out_by_this_host(void **state)
{
	static const struct {
		enum fact_kind found;
		const char *id;
		enum fact_kind family, clear;
	} rows[] = {
		{ FACT_ARP_IGNORED, "arp-ignore", FACT_IS_V4,
		  FACT_NO_ARP_FILTER },
		{ FACT_ARP_FILTERED, "arp-filtered", FACT_IS_V4,
		  FACT_RP_FILTER_PASSES },
		{ FACT_ND_FILTERED, "icmpv6-nd-blocked", FACT_IS_V6,
		  FACT_ADDRESS_OWN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct fact_set facts = FACTS(
			FACT_AT_SERVER, FACT_FORETOLD, FACT_ARP_SILENCE,
			FACT_ADDRESS_OWN, FACT_FRAME_UNTAGGED, FACT_NO_BRIDGE,
			rows[i].family, rows[i].found, rows[i].clear);

		assert_string_equal(diag_judge(*state, &facts)->cause->id,
				    rows[i].id);
		assert_int_equal(diag_judge(*state, &facts)->alternative_count,
				 0);
	}
}

/* A connection that was made here, and ended by a program without a word. */
#define CLOSED                                                                 \
	FACT_AT_SERVER, FACT_FORETOLD, FACT_IS_V4, FACT_SYN_SEEN,              \
		FACT_SYNACK_SEEN, FACT_HANDSHAKE_DONE,                         \
		FACT_SERVER_CLOSED_FIRST, FACT_CLOSED_AT_ONCE,                 \
		FACT_SERVER_FIN, FACT_ADDRESS_OWN, FACT_PROCESS_CLOSED

static void a_front_end_that_opened_nothing_has_lost_none(void **state)
{
	const struct fact_set any = FACTS(CLOSED);
	const struct fact_set none = FACTS(CLOSED, FACT_NOTHING_OPENED);

	assert_true(is_left(diag_judge(*state, &any), "backend-down"));
	assert_false(is_left(diag_judge(*state, &none), "backend-down"));
}

static void a_front_end_whose_connection_fails_is_not_to_blame(void **state)
{
	const struct fact_set facts = FACTS(CLOSED, FACT_BACKEND_FAILS);

	assert_proven(*state, &facts, "backend-down");
	assert_false(
		is_left(diag_judge(*state, &facts), "service-closes-at-once"));
}

static void what_the_service_waits_for_is_why_it_is_silent(void **state)
{
	static const struct {
		enum fact_kind found;
		const char *id;
	} rows[] = {
		{ FACT_IDENT_WAITS, "ident-delay" },
		{ FACT_REVERSE_DNS_WAITS, "reverse-dns-slow" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct fact_set facts = FACTS(
			FACT_AT_SERVER, FACT_FORETOLD, FACT_IS_V4,
			FACT_SYN_SEEN, FACT_SYNACK_SEEN, FACT_HANDSHAKE_DONE,
			FACT_ADDRESS_OWN, rows[i].found);

		assert_proven(*state, &facts, rows[i].id);
		assert_int_equal(diag_judge(*state, &facts)->symptom,
				 SYMPTOM_SILENT_AFTER_CONNECT);
	}
}

static void whose_packets_came_was_led_to_the_right_host(void **state)
{
	const struct fact_set facts =
		FACTS(FACT_AT_SERVER, FACT_FORETOLD, FACT_IS_V4, FACT_SYN_SEEN,
		      FACT_SYNACK_SEEN, FACT_HANDSHAKE_DONE, FACT_ADDRESS_OWN,
		      FACT_TLS_CLIENT_HELLO, FACT_TLS_ALERT_SERVER);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_false(is_left(v, "dns-wrong-address"));
	assert_false(is_left(v, "captive-portal"));
	assert_true(is_left(v, "tls-sni-rejected"));
}

static void before_any_packet_it_is_only_inferred(void **state)
{
	const struct fact_set facts =
		FACTS(FACT_FORETOLD, FACT_IS_V4, FACT_ADDRESS_OWN,
		      FACT_ROUTE_BACK_NONE, FACT_RULES_READ);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_string_equal(v->cause->id, "route-missing-reply");
	assert_int_equal(v->symptom, SYMPTOM_SYN_UNANSWERED);
	assert_int_equal(v->certainty, CERTAINTY_INFERRED);
}

/* Each found fact has its place, and each place is of some cause. */
static void what_stops_a_packet_has_a_place(void **state)
{
	(void)state;
	assert_true(blockers_is_inbound(FACT_RP_FILTER_DROPS));
	assert_true(blockers_is_inbound(FACT_ROUTE_BACK_NONE));
	assert_false(blockers_is_inbound(FACT_RULES_REPLY));
	assert_false(blockers_is_inbound(FACT_REPLY_GATEWAY));
	assert_false(blockers_is_inbound(FACT_SYN_SEEN));
}

/* The host itself sent a SYN as the client's, and answered it. */
#define ANSWERED                                                               \
	FACT_AT_SERVER, FACT_FORETOLD, FACT_IS_V4, FACT_SYN_SEEN,              \
		FACT_SYNACK_SEEN, FACT_PROBE_SENT, FACT_PROBE_ANSWERED,        \
		FACT_ADDRESS_OWN, FACT_RULES_READ, FACT_RULES_ACCEPT

static void an_answered_probe_shows_no_fault(void **state)
{
	const struct fact_set facts = FACTS(ANSWERED);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_int_equal(v->symptom, SYMPTOM_NONE);
	assert_null(v->cause);
}

/* It went no further than that: what stands behind it is foretold. */
static void behind_an_answered_probe_all_is_foretold(void **state)
{
	const struct fact_set facts =
		FACTS(ANSWERED, FACT_WRAPPERS_READ, FACT_WRAPPERS_DENY);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_int_equal(v->symptom, SYMPTOM_CLOSED_AFTER_CONNECT);
	assert_string_equal(v->cause->id, "tcp-wrappers-deny");
	assert_int_equal(v->certainty, CERTAINTY_INFERRED);
}

/* What the probe has passed is not what stops the client. */
static void what_an_answered_probe_has_passed_is_not_told(void **state)
{
	const struct fact_set facts =
		FACTS(ANSWERED, FACT_RP_FILTER_DROPS, FACT_SYN_QUEUE_FULL);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_int_equal(v->symptom, SYMPTOM_NONE);
	assert_null(v->cause);
}

static void a_probe_that_nobody_saw_is_not_enough(void **state)
{
	const struct fact_set facts =
		FACTS(FACT_FORETOLD, FACT_IS_V4, FACT_PROBE_SENT,
		      FACT_PROBE_UNSEEN, FACT_RULES_READ, FACT_RULES_ACCEPT);

	assert_int_equal(diag_judge(*state, &facts)->symptom,
			 SYMPTOM_NOT_ENOUGH_SEEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DIAG(the_kernels_own_counter_proves_it),
		WITH_DIAG(a_counter_that_did_not_move_excludes_it),
		WITH_DIAG(whom_the_server_asks_for_tells_what_is_wrong),
		WITH_DIAG(an_answer_that_would_have_left_clears_the_way_back),
		WITH_DIAG(a_syn_that_was_taken_met_nothing_before),
		WITH_DIAG(what_came_in_was_lost_by_nobody_before),
		WITH_DIAG(what_was_found_first_leaves_nothing_behind),
		WITH_DIAG(of_two_that_were_found_the_packet_meets_the_first),
		WITH_DIAG(a_router_is_told_what_it_does_not_do),
		WITH_DIAG(who_asks_in_vain_is_kept_out_by_this_host),
		WITH_DIAG(a_front_end_that_opened_nothing_has_lost_none),
		WITH_DIAG(a_front_end_whose_connection_fails_is_not_to_blame),
		WITH_DIAG(what_the_service_waits_for_is_why_it_is_silent),
		WITH_DIAG(whose_packets_came_was_led_to_the_right_host),
		WITH_DIAG(before_any_packet_it_is_only_inferred),
		cmocka_unit_test(what_stops_a_packet_has_a_place),
		WITH_DIAG(an_answered_probe_shows_no_fault),
		WITH_DIAG(behind_an_answered_probe_all_is_foretold),
		WITH_DIAG(what_an_answered_probe_has_passed_is_not_told),
		WITH_DIAG(a_probe_that_nobody_saw_is_not_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
