#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "net/icmp.h"
#include "net/icmp_names.h"

/* man 8 iptables-extensions, REJECT; net/ipv4/netfilter/ipt_REJECT.c and its
 * twin for IPv6 send these types and codes. */
static const struct {
	uint8_t version, type, code;
	const char *keyword;
} rejects[] = {
	{ 4, 3, 0, "icmp-net-unreachable" },
	{ 4, 3, 1, "icmp-host-unreachable" },
	{ 4, 3, 2, "icmp-proto-unreachable" },
	{ 4, 3, 3, "icmp-port-unreachable" },
	{ 4, 3, 9, "icmp-net-prohibited" },
	{ 4, 3, 10, "icmp-host-prohibited" },
	{ 4, 3, 13, "icmp-admin-prohibited" },
	{ 6, 1, 0, "icmp6-no-route" },
	{ 6, 1, 1, "icmp6-adm-prohibited" },
	{ 6, 1, 3, "icmp6-addr-unreachable" },
	{ 6, 1, 4, "icmp6-port-unreachable" },
	{ 6, 1, 5, "icmp6-policy-fail" },
	{ 6, 1, 6, "icmp6-reject-route" },
};

enum { REJECTS = sizeof(rejects) / sizeof(*rejects) };

static const char *expected_keyword(int version, int type, int code)
{
	for (size_t i = 0; i < REJECTS; i++)
		if (rejects[i].version == version && rejects[i].type == type &&
		    rejects[i].code == code)
			return rejects[i].keyword;

	return NULL;
}

/* Every type and code: a keyword where there is one, and nowhere else. */
static void a_reject_rule_has_its_keyword_and_nothing_else(void **state)
{
	(void)state;
	for (int version = 4; version <= 6; version += 2) {
		for (int i = 0; i < 0x10000; i++) {
			const char *got = icmp_reject_keyword((uint8_t)version,
							      (uint8_t)(i >> 8),
							      (uint8_t)i);
			const char *expected =
				expected_keyword(version, i >> 8, i & 0xff);

			if (!expected)
				assert_null(got);
			else
				assert_string_equal(got, expected);
		}
	}
}

static void what_a_rule_can_send_has_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < REJECTS; i++)
		assert_non_null(icmp_words(rejects[i].version, rejects[i].type,
					   rejects[i].code));
}

static void the_words_are_tcpdumps(void **state)
{
	(void)state;
	assert_string_equal(icmp_words(4, 3, 10),
			    "host unreachable - admin prohibited");
	assert_string_equal(icmp_words(4, 3, 4), "unreachable - need to frag");
	assert_string_equal(icmp_words(4, 11, 0), "time exceeded in-transit");
	assert_string_equal(icmp_words(4, 11, 1),
			    "ip reassembly time exceeded");
	assert_string_equal(icmp_words(6, 1, 4), "unreachable port");
	assert_string_equal(icmp_words(6, 2, 0), "packet too big");
	assert_string_equal(icmp_words(6, 3, 1), "time exceeded in-reassembly");
}

static void the_version_decides_what_a_type_means(void **state)
{
	(void)state;
	assert_null(icmp_words(6, ICMP_TIME_EXCEEDED, 0));
	assert_null(icmp_words(4, ICMP6_UNREACHABLE, ICMP6_PORT_UNREACHABLE));
	assert_null(icmp_words(0, ICMP_UNREACHABLE, ICMP_PORT_UNREACHABLE));
	assert_null(icmp_words(4, ICMP_ECHO, 0));
	assert_null(icmp_words(4, ICMP_UNREACHABLE, 200));
	assert_null(icmp_reject_keyword(4, ICMP_UNREACHABLE,
					ICMP_FRAGMENTATION_NEEDED));
}

static void alerts_are_named_as_in_the_rfc(void **state)
{
	(void)state;
	assert_string_equal(tls_alert_name(40), "handshake_failure");
	assert_string_equal(tls_alert_name(48), "unknown_ca");
	assert_string_equal(tls_alert_name(70), "protocol_version");
	assert_string_equal(tls_alert_name(112), "unrecognized_name");
	assert_string_equal(tls_alert_name(116), "certificate_required");
	assert_null(tls_alert_name(1));
	assert_null(tls_alert_name(255));
}

static void no_two_alerts_have_one_name(void **state)
{
	(void)state;
	for (int a = 0; a < 256; a++)
		for (int b = 0; b < a; b++) {
			const char *x = tls_alert_name((uint8_t)a);
			const char *y = tls_alert_name((uint8_t)b);

			assert_false(x && y && !strcmp(x, y));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_reject_rule_has_its_keyword_and_nothing_else),
		cmocka_unit_test(what_a_rule_can_send_has_words),
		cmocka_unit_test(the_words_are_tcpdumps),
		cmocka_unit_test(the_version_decides_what_a_type_means),
		cmocka_unit_test(alerts_are_named_as_in_the_rfc),
		cmocka_unit_test(no_two_alerts_have_one_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
