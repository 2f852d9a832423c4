#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <string.h>

#include "facts.h"

/* The ids that the JSON promises, in this order. */
static const struct {
	const char *id;
	enum status status;
} promised[SYMPTOMS] = {
	[SYMPTOM_NONE] = { "none", STATUS_HEALTHY },
	[SYMPTOM_NAME_NOT_RESOLVED] = { "name-not-resolved", STATUS_FAILING },
	[SYMPTOM_LOCAL_REFUSED] = { "local-refused", STATUS_FAILING },
	[SYMPTOM_SYN_NOT_SENT] = { "syn-not-sent", STATUS_FAILING },
	[SYMPTOM_ARP_UNANSWERED] = { "arp-unanswered", STATUS_FAILING },
	[SYMPTOM_SYN_UNANSWERED] = { "syn-unanswered", STATUS_FAILING },
	[SYMPTOM_REFUSED_BY_RST] = { "refused-by-rst", STATUS_FAILING },
	[SYMPTOM_REFUSED_BY_ICMP] = { "refused-by-icmp", STATUS_FAILING },
	[SYMPTOM_SYNACK_UNANSWERED] = { "synack-unanswered", STATUS_FAILING },
	[SYMPTOM_HANDSHAKE_INCOMPLETE] = { "handshake-incomplete",
					   STATUS_FAILING },
	[SYMPTOM_RESET_AFTER_CONNECT] = { "reset-after-connect",
					  STATUS_FAILING },
	[SYMPTOM_CLOSED_AFTER_CONNECT] = { "closed-after-connect",
					   STATUS_FAILING },
	[SYMPTOM_SILENT_AFTER_CONNECT] = { "silent-after-connect",
					   STATUS_FAILING },
	[SYMPTOM_RESET_MID_STREAM] = { "reset-mid-stream", STATUS_FAILING },
	[SYMPTOM_DATA_UNANSWERED] = { "data-unanswered", STATUS_FAILING },
	[SYMPTOM_ONLY_LARGE_SEGMENTS_LOST] = { "only-large-segments-lost",
					       STATUS_FAILING },
	[SYMPTOM_PEER_WINDOW_ZERO] = { "peer-window-zero", STATUS_FAILING },
	[SYMPTOM_TLS_FAILED] = { "tls-failed", STATUS_FAILING },
	[SYMPTOM_WRONG_SERVICE] = { "wrong-service", STATUS_FAILING },
	[SYMPTOM_SERVICE_ERROR] = { "service-error", STATUS_FAILING },
	[SYMPTOM_SLOW] = { "slow", STATUS_DEGRADED },
	[SYMPTOM_LOSSY] = { "lossy", STATUS_DEGRADED },
	[SYMPTOM_UDP_UNANSWERED] = { "udp-unanswered", STATUS_FAILING },
	[SYMPTOM_UDP_REFUSED_BY_ICMP] = { "udp-refused-by-icmp",
					  STATUS_FAILING },
	[SYMPTOM_NOT_ENOUGH_SEEN] = { "not-enough-seen", STATUS_UNKNOWN },
};

static void ids_and_statuses_are_those_that_were_promised(void **state)
{
	(void)state;
	for (int s = 0; s < SYMPTOMS; s++) {
		assert_non_null(promised[s].id);
		assert_string_equal(symptom_id((enum symptom)s),
				    promised[s].id);
		assert_int_equal(symptom_status((enum symptom)s),
				 promised[s].status);
	}
}

static void every_sentence_has_one_gap_for_the_service(void **state)
{
	(void)state;
	for (int i = 0; i < SYMPTOMS; i++) {
		const char *s = symptom_sentence((enum symptom)i);
		const char *gap = strstr(s, "%1$s");

		assert_non_null(gap);
		assert_ptr_equal(strchr(s, '%'), gap);
		assert_null(strchr(gap + 1, '%'));
	}
}

static void every_sentence_is_whole(void **state)
{
	(void)state;
	for (int i = 0; i < SYMPTOMS; i++) {
		const char *s = symptom_sentence((enum symptom)i);
		size_t len = strlen(s);

		assert_true(isupper((unsigned char)*s) || *s == '%');
		assert_int_equal(s[len - 1], '.');
		for (int k = 0; k < i; k++)
			assert_string_not_equal(
				s, symptom_sentence((enum symptom)k));
	}
}

static void every_fault_has_a_cause_that_shows_it(void **state)
{
	(void)state;
	for (int s = 0; s < SYMPTOMS; s++) {
		size_t causes = 0;

		for (size_t i = 0; i < cause_count; i++)
			causes += cause_list[i]->shows >> s & 1;
		if (is_fault((enum symptom)s))
			assert_int_not_equal(causes, 0);
		else
			assert_int_equal(causes, 0);
	}
}

static void every_status_has_its_name(void **state)
{
	(void)state;
	assert_string_equal(status_name(STATUS_HEALTHY), "healthy");
	assert_string_equal(status_name(STATUS_DEGRADED), "degraded");
	assert_string_equal(status_name(STATUS_FAILING), "failing");
	assert_string_equal(status_name(STATUS_UNKNOWN), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_and_statuses_are_those_that_were_promised),
		cmocka_unit_test(every_sentence_has_one_gap_for_the_service),
		cmocka_unit_test(every_sentence_is_whole),
		cmocka_unit_test(every_fault_has_a_cause_that_shows_it),
		cmocka_unit_test(every_status_has_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
