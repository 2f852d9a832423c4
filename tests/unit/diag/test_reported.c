/* What the kernel's own reports say for and against a cause. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "facts.h"

/* A SYN came in at the server, at an address of its own, and nothing left. */
#define SILENT                                                                 \
	FACT_AT_SERVER, FACT_FORETOLD, FACT_IS_V4, FACT_SYN_SEEN,              \
		FACT_SYN_SILENCE, FACT_SYN_ARRIVED, FACT_ADDRESS_OWN

/* And a RST left. */
#define REFUSED                                                                \
	FACT_AT_SERVER, FACT_FORETOLD, FACT_IS_V4, FACT_SYN_SEEN,              \
		FACT_RST_FOR_SYN, FACT_RST_LEFT_SERVER, FACT_ADDRESS_OWN

static bool is_left(const struct verdict *v, const char *id)
{
	return place_in(v, cause_find(id)) >= 0;
}

static void assert_proven(struct diag *d, const struct fact_set *facts,
			  const char *id)
{
	const struct verdict *v = diag_judge(d, facts);

	assert_non_null(v->cause);
	assert_string_equal(v->cause->id, id);
	assert_int_equal(v->certainty, CERTAINTY_PROVEN);
	assert_int_equal(v->alternative_count, 0);
}

static bool is_own(enum fact_kind kind)
{
	return kind >= FACT_OWN_DROP_RULES && kind <= FACT_OWN_DROP_NONE;
}

/* Reports of the server's end first: the first says whose reports exclude it.
 * That one cannot be read is no report of anything. */
static void lists_are_of_reports_and_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < cause_count; i++) {
		const enum fact_kind *list = cause_list[i]->dropped_as;

		for (int k = 0; k < CAUSE_FACTS; k++) {
			if (!list[k])
				continue;
			if (k && (!list[k - 1] ||
				  (is_own(list[k - 1]) && !is_own(list[k]))))
				fail_msg("%s", cause_list[i]->id);
			if (!is_own(list[k]))
				assert_in_range(list[k], FACT_DROP_RULES,
						FACT_DROP_NONE);
			assert_int_not_equal(list[k], FACT_DROP_OTHERWISE);
			assert_int_not_equal(list[k], FACT_OWN_DROP_OTHERWISE);
			for (int m = 0; m < k; m++)
				assert_int_not_equal(list[m], list[k]);
		}
	}
}

static void what_is_of_one_thing_proves_it(void **state)
{
	static const struct {
		enum fact_kind report;
		const char *id;
	} rows[] = {
		{ FACT_DROP_RP_FILTER, "rp-filter" },
		{ FACT_DROP_OWN_SOURCE, "source-address-duplicate" },
		{ FACT_DROP_TC_INGRESS, "tc-ingress-drop" },
		{ FACT_DROP_TC_EGRESS, "tc-egress-drop" },
		{ FACT_DROP_MD5, "tcp-md5-required" },
		{ FACT_DROP_MIN_TTL, "min-ttl" },
		{ FACT_DROP_CHECKSUM, "checksum-bad" },
		{ FACT_DROP_QUEUE, "nfqueue-no-listener" },
		{ FACT_DROP_LOOPBACK, "dnat-to-loopback" },
		{ FACT_DROP_OTHER_HOST, "wrong-mac-static" },
		{ FACT_DROP_QDISC, "qdisc-drop" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct fact_set facts =
			FACTS(SILENT, FACT_DROPS_WATCHED, rows[i].report);

		assert_proven(*state, &facts, rows[i].id);
	}
}

static void a_report_that_nobody_can_read_excludes_nothing(void **state)
{
	const struct fact_set facts =
		FACTS(SILENT, FACT_DROPS_WATCHED, FACT_DROP_OTHERWISE);
	const struct fact_set without = FACTS(SILENT);
	size_t left = diag_judge(*state, &without)->alternative_count;

	assert_int_equal(diag_judge(*state, &facts)->alternative_count, left);

	/* Nor does what stands beside it. */
	const struct fact_set both =
		FACTS(SILENT, FACT_DROP_RP_FILTER, FACT_DROP_OTHERWISE);

	assert_int_equal(diag_judge(*state, &both)->alternative_count, left);
}

/* The commonest of all: freed without a word. */
static void where_nothing_was_dropped_a_queue_or_route_is_to_blame(void **state)
{
	const struct fact_set facts =
		FACTS(SILENT, FACT_DROPS_WATCHED, FACT_DROP_NONE);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_true(is_left(v, "accept-queue-full"));
	assert_true(is_left(v, "syn-flood-no-cookies"));
	assert_true(is_left(v, "route-missing-reply"));
	assert_true(is_left(v, "route-reply-wrong-gateway"));
	assert_false(is_left(v, "firewall-drop-silent"));
	assert_false(is_left(v, "rp-filter"));
	assert_false(is_left(v, "tc-egress-drop"));
	assert_false(is_left(v, "socket-filter-drop"));
}

static void where_netfilter_dropped_it_nothing_else_did(void **state)
{
	const struct fact_set in =
		FACTS(SILENT, FACT_DROPS_WATCHED, FACT_DROP_RULES);
	const struct fact_set out =
		FACTS(SILENT, FACT_DROPS_WATCHED, FACT_DROP_RULES_REPLY);
	const struct verdict *v = diag_judge(*state, &in);

	assert_true(is_left(v, "firewall-drop-silent"));
	assert_true(is_left(v, "firewall-policy-drop"));
	assert_true(is_left(v, "conntrack-full"));
	assert_false(is_left(v, "firewall-output-drop"));
	assert_false(is_left(v, "accept-queue-full"));
	assert_false(is_left(v, "rp-filter"));
	assert_false(is_left(v, "nic-ring-drop"));
	assert_int_not_equal(v->certainty, CERTAINTY_PROVEN);
	v = diag_judge(*state, &out);
	assert_true(is_left(v, "firewall-output-drop"));
	assert_false(is_left(v, "firewall-drop-silent"));
}

static void the_rule_that_was_read_is_proven_by_the_drop(void **state)
{
	const struct fact_set facts = FACTS(
		SILENT, FACT_DROPS_WATCHED, FACT_DROP_RULES, FACT_RULES_DROP,
		FACT_RULES_SILENT, FACT_RULES_READ, FACT_CONNTRACK_ROOM,
		FACT_NO_BRIDGE, FACT_SECURITY_HOOK_NONE, FACT_FRAME_OURS,
		FACT_FRAME_UNTAGGED);

	assert_proven(*state, &facts, "firewall-drop-silent");
}

/* What was read of the rules may be wrong; what the kernel did is not. */
static void the_kernels_word_counts_for_more_than_the_rules(void **state)
{
	const struct fact_set dropped =
		FACTS(SILENT, FACT_DROPS_WATCHED, FACT_DROP_RULES,
		      FACT_RULES_ACCEPT, FACT_RULES_READ);
	const struct fact_set passed =
		FACTS(SILENT, FACT_DROPS_WATCHED, FACT_DROP_RP_FILTER,
		      FACT_RULES_DROP, FACT_RULES_SILENT, FACT_RULES_READ,
		      FACT_RP_FILTER_DROPS);
	/* A program stands beside the rules: it need not be they. */
	const struct fact_set beside = FACTS(
		SILENT, FACT_DROPS_WATCHED, FACT_DROP_RULES, FACT_RULES_ACCEPT,
		FACT_RULES_READ, FACT_SECURITY_HOOK, FACT_NETFILTER_PROGRAM,
		FACT_CONNTRACK_ROOM, FACT_NO_BRIDGE, FACT_IPVS_READ,
		FACT_FRAME_OURS, FACT_FRAME_UNTAGGED);

	assert_true(
		is_left(diag_judge(*state, &dropped), "firewall-drop-silent"));
	assert_string_equal(diag_judge(*state, &beside)->cause->id,
			    "security-hook-drop");
	assert_int_equal(diag_judge(*state, &beside)->certainty,
			 CERTAINTY_INFERRED);
	assert_proven(*state, &passed, "rp-filter");
}

static void
a_filter_of_the_socket_and_of_its_cgroup_are_told_apart(void **state)
{
	const struct fact_set both =
		FACTS(SILENT, FACT_DROP_SOCKET_FILTER, FACT_SOCKET_FILTER_SOME,
		      FACT_CGROUP_INGRESS, FACT_SECURITY_HOOK_NONE);
	const struct fact_set one =
		FACTS(SILENT, FACT_DROP_SOCKET_FILTER, FACT_SOCKET_FILTER_SOME,
		      FACT_CGROUP_INGRESS_NONE, FACT_SECURITY_HOOK_NONE);
	const struct fact_set other =
		FACTS(SILENT, FACT_DROP_SOCKET_FILTER, FACT_SOCKET_FILTER_NONE,
		      FACT_CGROUP_INGRESS, FACT_SECURITY_HOOK_NONE);
	const struct verdict *v = diag_judge(*state, &both);

	assert_true(is_left(v, "socket-filter-drop"));
	assert_true(is_left(v, "server-ipaddressdeny"));
	assert_int_not_equal(v->certainty, CERTAINTY_PROVEN);
	const struct fact_set beside =
		FACTS(SILENT, FACT_DROP_SOCKET_FILTER, FACT_SOCKET_FILTER_NONE,
		      FACT_CGROUP_INGRESS, FACT_SECURITY_HOOK,
		      FACT_NETFILTER_PROGRAM, FACT_NO_PACKET_MODULE);
	const struct fact_set module =
		FACTS(SILENT, FACT_DROP_SOCKET_FILTER, FACT_SOCKET_FILTER_NONE,
		      FACT_CGROUP_INGRESS, FACT_SECURITY_HOOK);

	const struct fact_set quiet =
		FACTS(SILENT, FACT_DROP_NONE, FACT_SECURITY_HOOK,
		      FACT_NETFILTER_PROGRAM, FACT_NO_PACKET_MODULE);

	assert_false(is_left(diag_judge(*state, &quiet), "security-hook-drop"));
	/* One at netfilter is no filter of sockets; a module may be. */
	assert_proven(*state, &beside, "server-ipaddressdeny");
	assert_int_not_equal(diag_judge(*state, &module)->certainty,
			     CERTAINTY_PROVEN);
	assert_proven(*state, &one, "socket-filter-drop");
	assert_proven(*state, &other, "server-ipaddressdeny");
}

static void the_kernels_rst_is_no_rules_and_the_reverse(void **state)
{
	const struct fact_set kernel =
		FACTS(REFUSED, FACT_DROPS_WATCHED, FACT_KERNEL_RST,
		      FACT_DROP_NO_SOCKET);
	const struct fact_set rule = FACTS(REFUSED, FACT_DROPS_WATCHED,
					   FACT_RULE_RST, FACT_DROP_RULES);
	const struct verdict *v = diag_judge(*state, &kernel);

	assert_true(is_left(v, "no-listener"));
	assert_true(is_left(v, "listener-loopback-only"));
	assert_false(is_left(v, "firewall-reject-rst"));
	assert_false(is_left(v, "firewall-catchall-reject"));
	v = diag_judge(*state, &rule);
	assert_false(is_left(v, "no-listener"));
	assert_false(is_left(v, "listener-loopback-only"));
	assert_true(is_left(v, "firewall-reject-rst"));
}

/* Who sent it is enough where drops could not be watched. */
static void who_sent_the_rst_tells_it_alone(void **state)
{
	const struct fact_set kernel = FACTS(REFUSED, FACT_KERNEL_RST);
	const struct fact_set rule = FACTS(REFUSED, FACT_RULE_RST);

	assert_false(
		is_left(diag_judge(*state, &kernel), "firewall-reject-rst"));
	assert_false(is_left(diag_judge(*state, &rule), "no-listener"));
}

/* The SYN-ACK left: whoever drops it may be anywhere. */
static void an_answer_that_left_is_dropped_elsewhere(void **state)
{
	const struct fact_set facts =
		FACTS(FACT_AT_SERVER, FACT_FORETOLD, FACT_IS_V4, FACT_SYN_SEEN,
		      FACT_SYNACK_SEEN, FACT_SYNACK_UNANSWERED,
		      FACT_ADDRESS_OWN, FACT_DROPS_WATCHED, FACT_DROP_NONE);
	const struct fact_set without = FACTS(
		FACT_AT_SERVER, FACT_FORETOLD, FACT_IS_V4, FACT_SYN_SEEN,
		FACT_SYNACK_SEEN, FACT_SYNACK_UNANSWERED, FACT_ADDRESS_OWN);
	size_t left = diag_judge(*state, &without)->alternative_count;

	assert_int_equal(diag_judge(*state, &facts)->alternative_count, left);
	assert_true(is_left(diag_judge(*state, &facts), "rp-filter"));
}

/* A container's kernel is another one's. */
static void what_was_handed_on_meets_its_end_elsewhere(void **state)
{
	const struct fact_set facts =
		FACTS(REFUSED, FACT_DROPS_WATCHED, FACT_DROP_NONE,
		      FACT_DNAT_ELSEWHERE);

	assert_true(
		is_left(diag_judge(*state, &facts), "listener-other-netns"));
	assert_true(
		is_left(diag_judge(*state, &facts), "service-failed-to-start"));
}

static void what_no_capture_sees_is_told_by_the_kernel(void **state)
{
	const struct fact_set unseen =
		FACTS(FACT_FORETOLD, FACT_NO_ATTEMPT, FACT_IS_V4,
		      FACT_ADDRESS_OWN, FACT_RULES_READ, FACT_PACKET_REPORTED,
		      FACT_XDP_PROGRAM, FACT_DROP_XDP);
	const struct fact_set never =
		FACTS(FACT_FORETOLD, FACT_NO_ATTEMPT, FACT_IS_V4,
		      FACT_ADDRESS_OWN, FACT_RULES_READ, FACT_XDP_PROGRAM);

	const struct fact_set taken = FACTS(SILENT, FACT_PACKET_REPORTED,
					    FACT_XDP_PROGRAM, FACT_DROP_XDP);

	assert_proven(*state, &taken, "xdp-drop");
	assert_proven(*state, &unseen, "xdp-drop");
	assert_int_equal(diag_judge(*state, &unseen)->symptom,
			 SYMPTOM_SYN_UNANSWERED);
	/* Without it, nobody knows whether one came. */
	assert_int_equal(diag_judge(*state, &never)->symptom,
			 SYMPTOM_NOT_ENOUGH_SEEN);
}

/* A rule answered in the place of the kernel, which would refuse it, too. */
static void a_report_of_the_first_fault_hides_no_second(void **state)
{
	const struct fact_set facts =
		FACTS(FACT_AT_SERVER, FACT_FORETOLD, FACT_IS_V4, FACT_SYN_SEEN,
		      FACT_ICMP_ERROR, FACT_ICMP_LEFT_SERVER, FACT_ADDRESS_OWN,
		      FACT_ICMP_FROM_TARGET, FACT_DROP_RULES, FACT_ICMP_BY_RULE,
		      FACT_RULES_ORDER, FACT_RULES_ICMP, FACT_RULES_READ,
		      FACT_SOCKETS_READ, FACT_LISTENER_LOOPBACK);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_string_equal(v->cause->id, "rule-order-reject-before-accept");
	assert_int_equal(v->also_count, 1);
	assert_string_equal(v->also[0]->id, "listener-loopback-only");
}

/* What drops/tell.h makes of an error that only the socket holds. */
static void a_hidden_refusal_is_told_as_one(void **state)
{
	const struct fact_set facts = FACTS(
		FACT_AT_CLIENT, FACT_IS_V6, FACT_SYN_SEEN, FACT_SOFT_ERROR,
		FACT_ICMP_ERROR, FACT_ICMP_PROHIBITED, FACT_OWN_DROP_NONE);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_int_equal(v->symptom, SYMPTOM_REFUSED_BY_ICMP);
	assert_true(is_left(v, "firewall-reject-icmp"));
	assert_true(is_left(v, "firewall-catchall-reject"));
	assert_false(is_left(v, "firewall-drop-silent"));
}

static void a_datagram_that_was_dropped_is_told_alike(void **state)
{
	const struct fact_set facts = FACTS(
		FACT_AT_SERVER, FACT_FORETOLD, FACT_IS_V4, FACT_ASKS_UDP,
		FACT_UDP_REQUEST, FACT_UDP_SILENCE, FACT_UDP_EXPECTS_ANSWER,
		FACT_ADDRESS_OWN, FACT_DROP_RP_FILTER);

	assert_proven(*state, &facts, "rp-filter");
}

/* Of those that do the same, the one that was found. */
static void a_report_proves_what_was_found(void **state)
{
	const struct fact_set own =
		FACTS(SILENT, FACT_DROP_NOT_OURS, FACT_POLICY_RULE_IN);
	const struct fact_set other =
		FACTS(SILENT, FACT_DROP_XFRM, FACT_XFRM_BLOCKS);
	const struct fact_set none = FACTS(SILENT, FACT_DROP_XFRM);

	assert_proven(*state, &own, "policy-rule-drop");
	assert_proven(*state, &other, "xfrm-policy-block");
	assert_int_not_equal(diag_judge(*state, &none)->certainty,
			     CERTAINTY_PROVEN);
}

/* The client's own kernel knows nothing of the server's. */
static void the_clients_reports_say_nothing_of_the_server(void **state)
{
	const struct fact_set quiet =
		FACTS(FACT_AT_CLIENT, FACT_IS_V4, FACT_SYN_SEEN,
		      FACT_SYN_SILENCE, FACT_DROPS_WATCHED, FACT_OWN_DROP_NONE);
	const struct fact_set without = FACTS(FACT_AT_CLIENT, FACT_IS_V4,
					      FACT_SYN_SEEN, FACT_SYN_SILENCE);
	const struct verdict *v = diag_judge(*state, &quiet);

	assert_true(is_left(v, "firewall-drop-silent"));
	assert_true(is_left(v, "rp-filter"));
	assert_true(is_left(v, "accept-queue-full"));
	assert_int_equal(v->alternative_count,
			 diag_judge(*state, &without)->alternative_count);
}

/* The client has a reverse path filter, too. */
static void a_client_that_drops_the_answer_is_where_it_is(void **state)
{
	const struct fact_set facts = FACTS(
		FACT_AT_CLIENT, FACT_IS_V4, FACT_SYN_SEEN, FACT_SYN_SILENCE,
		FACT_SYNACK_SEEN, FACT_SYNACK_UNANSWERED,
		FACT_OWN_DROP_RP_FILTER, FACT_RP_FILTER_COUNTED);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_proven(*state, &facts, "rp-filter");
	assert_int_equal(v->place, PLACE_CLIENT);
}

static void what_the_client_did_not_drop_its_rules_did_not(void **state)
{
	const struct fact_set facts = FACTS(
		FACT_AT_CLIENT, FACT_IS_V4, FACT_SYN_SEEN, FACT_SYN_SILENCE,
		FACT_OWN_RULES_UNSURE, FACT_DROPS_WATCHED, FACT_OWN_DROP_NONE);
	const struct fact_set dropped = FACTS(
		FACT_AT_CLIENT, FACT_IS_V4, FACT_SYN_SEEN, FACT_SYN_SILENCE,
		FACT_OWN_RULES_UNSURE, FACT_OWN_DROP_RULES_REPLY);
	const struct verdict *v = diag_judge(*state, &facts);

	assert_false(is_left(v, "client-input-no-established"));
	v = diag_judge(*state, &dropped);
	assert_true(is_left(v, "client-input-no-established"));
}

/* Whatever else is true of it, a cause that the kernel names is not out. */
static void what_the_kernel_reports_never_excludes_its_cause(void **state)
{
	uint64_t seed = 77;

	for (int round = 0; round < ROUNDS; round++) {
		const struct cause *c =
			cause_list[facts_random(&seed) % cause_count];
		struct fact_set facts = some_fault(&seed);
		bool was_left = place_in(diag_judge(*state, &facts), c) >= 0;
		size_t count = 0;

		while (count < CAUSE_FACTS && c->dropped_as[count])
			count++;
		if (!was_left || !count)
			continue;
		fact_add(&facts, c->dropped_as[facts_random(&seed) % count]);
		if (place_in(diag_judge(*state, &facts), c) < 0)
			fail_msg("%s is out", c->id);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_of_reports_and_whole),
		WITH_DIAG(what_is_of_one_thing_proves_it),
		WITH_DIAG(a_report_that_nobody_can_read_excludes_nothing),
		WITH_DIAG(
			where_nothing_was_dropped_a_queue_or_route_is_to_blame),
		WITH_DIAG(where_netfilter_dropped_it_nothing_else_did),
		WITH_DIAG(the_rule_that_was_read_is_proven_by_the_drop),
		WITH_DIAG(the_kernels_word_counts_for_more_than_the_rules),
		WITH_DIAG(
			a_filter_of_the_socket_and_of_its_cgroup_are_told_apart),
		WITH_DIAG(the_kernels_rst_is_no_rules_and_the_reverse),
		WITH_DIAG(who_sent_the_rst_tells_it_alone),
		WITH_DIAG(an_answer_that_left_is_dropped_elsewhere),
		WITH_DIAG(what_was_handed_on_meets_its_end_elsewhere),
		WITH_DIAG(what_no_capture_sees_is_told_by_the_kernel),
		WITH_DIAG(a_report_of_the_first_fault_hides_no_second),
		WITH_DIAG(a_hidden_refusal_is_told_as_one),
		WITH_DIAG(a_datagram_that_was_dropped_is_told_alike),
		WITH_DIAG(a_report_proves_what_was_found),
		WITH_DIAG(the_clients_reports_say_nothing_of_the_server),
		WITH_DIAG(a_client_that_drops_the_answer_is_where_it_is),
		WITH_DIAG(what_the_client_did_not_drop_its_rules_did_not),
		WITH_DIAG(what_the_kernel_reports_never_excludes_its_cause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
