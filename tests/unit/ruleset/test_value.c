#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "ruleset/field.h"

static int parse(enum value_type type, enum value_dialect dialect,
		 const char *s, struct range *ret, u128 *ret_mask)
{
	struct value_form f = { .type = type, .dialect = dialect };

	return value_parse(&f, s, strlen(s), ret, ret_mask);
}

static int error_of(enum value_type type, const char *s)
{
	struct range r;
	u128 mask;

	return parse(type, VALUE_IPTABLES, s, &r, &mask);
}

/* Parsed and printed back. */
static void becomes(enum value_type type, enum value_dialect dialect,
		    const char *s, const char *wanted)
{
	struct value_form f = { .type = type, .dialect = dialect };
	struct text out = TEXT_NULL;
	struct range r;
	u128 mask;

	assert_int_equal(parse(type, dialect, s, &r, &mask), 0);
	value_print(&out, &f, &r, mask);
	assert_string_equal(text_string(&out), wanted);
	text_done(&out);
}

static void numbers_are_read_as_strtoull_does(void **state)
{
	(void)state;
	becomes(VALUE_NUMBER, VALUE_IPTABLES, "10", "10");
	becomes(VALUE_NUMBER, VALUE_IPTABLES, "0x10", "16");
	becomes(VALUE_NUMBER, VALUE_IPTABLES, "010", "8");
	becomes(VALUE_NUMBER, VALUE_IPTABLES, "1:5", "1:5");
	becomes(VALUE_NUMBER, VALUE_NFT, "1-5", "1-5");
	assert_int_equal(error_of(VALUE_NUMBER, ""), VALUE_MALFORMED);
	assert_int_equal(error_of(VALUE_NUMBER, "-1"), VALUE_MALFORMED);
	assert_int_equal(error_of(VALUE_NUMBER, "1x"), VALUE_MALFORMED);
	assert_int_equal(error_of(VALUE_NUMBER, "0x"), VALUE_MALFORMED);
	assert_int_equal(error_of(VALUE_NUMBER, "5:1"), VALUE_BACKWARDS);
	assert_int_equal(
		error_of(VALUE_NUMBER,
			 "999999999999999999999999999999999999999999999"),
		VALUE_TOO_BIG);
}

static void ports_have_names_and_open_ends(void **state)
{
	(void)state;
	becomes(VALUE_PORT, VALUE_IPTABLES, "ssh", "22");
	becomes(VALUE_PORT, VALUE_IPTABLES, "1024:", "1024:65535");
	becomes(VALUE_PORT, VALUE_IPTABLES, ":1023", "0:1023");
	becomes(VALUE_PORT, VALUE_IPTABLES, "ftp-data:ssh", "20:22");
	becomes(VALUE_PORT, VALUE_NFT, "1024-2048", "1024-2048");
	becomes(VALUE_PORT, VALUE_NFT, "ftp-data", "20");
	assert_int_equal(error_of(VALUE_PORT, "65536"), VALUE_TOO_BIG);
	assert_int_equal(error_of(VALUE_PORT, "no-such-service"),
			 VALUE_NO_SUCH_NAME);
}

static void addresses_have_prefixes_masks_and_ends(void **state)
{
	struct range r;
	u128 mask;

	(void)state;
	becomes(VALUE_ADDRESS, VALUE_IPTABLES, "10.0.0.5/8", "10.0.0.0/8");
	becomes(VALUE_ADDRESS, VALUE_IPTABLES, "10.0.0.5", "10.0.0.5/32");
	becomes(VALUE_ADDRESS, VALUE_NFT, "10.0.0.5", "10.0.0.5");
	becomes(VALUE_ADDRESS, VALUE_IPTABLES, "10/8", "10.0.0.0/8");
	becomes(VALUE_ADDRESS, VALUE_IPTABLES, "172.16/12", "172.16.0.0/12");
	becomes(VALUE_ADDRESS, VALUE_IPTABLES, "10.0.0.5/255.0.255.0",
		"10.0.0.0/255.0.255.0");
	becomes(VALUE_ADDRESS, VALUE_IPTABLES, "10.0.0.1-10.0.0.6",
		"10.0.0.1-10.0.0.6");
	becomes(VALUE_ADDRESS, VALUE_IPTABLES, "2001:db8::1/32",
		"2001:db8::/32");
	becomes(VALUE_ADDRESS, VALUE_IPTABLES, "0.0.0.0/0", "0.0.0.0/0");
	becomes(VALUE_ADDRESS, VALUE_IPTABLES, "::/0", "::/0");
	assert_int_equal(error_of(VALUE_ADDRESS, "10.0.0.1/33"), VALUE_TOO_BIG);
	assert_int_equal(error_of(VALUE_ADDRESS, "10.0.0.9-10.0.0.1"),
			 VALUE_NO_SUCH_NAME);
	assert_int_equal(error_of(VALUE_ADDRESS, "web-1.example.net"),
			 VALUE_NO_SUCH_NAME);
	assert_int_equal(error_of(VALUE_ADDRESS, ":::"), VALUE_MALFORMED);

	assert_int_equal(parse(VALUE_ADDRESS, VALUE_IPTABLES,
			       "::ffff:0.0.0.0/96", &r, &mask),
			 0);
	assert_true(r.first == (u128)0xffff << 32);
	assert_true(r.last == r.first + 0xffffffff);
}

static void interfaces_end_in_plus_or_star(void **state)
{
	struct range r;
	u128 mask;

	(void)state;
	becomes(VALUE_INTERFACE, VALUE_IPTABLES, "eth0", "eth0");
	becomes(VALUE_INTERFACE, VALUE_IPTABLES, "eth+", "eth+");
	becomes(VALUE_INTERFACE, VALUE_NFT, "eth*", "eth*");
	assert_int_equal(
		parse(VALUE_INTERFACE, VALUE_IPTABLES, "eth+", &r, &mask), 0);
	assert_true(r.first == field_from_name("eth", 3));
	assert_true(r.last > field_from_name("eth9", 4));
	assert_true(r.last < field_from_name("eti", 3));
	assert_int_equal(parse(VALUE_INTERFACE, VALUE_IPTABLES, "+", &r, &mask),
			 0);
	assert_true(!r.first && !~r.last);
	assert_int_equal(error_of(VALUE_INTERFACE, "sixteen-letters-"),
			 VALUE_TOO_BIG);
}

static void icmp_is_a_type_and_a_code(void **state)
{
	struct range r;
	u128 mask;

	(void)state;
	becomes(VALUE_ICMP, VALUE_IPTABLES, "echo-request", "8");
	becomes(VALUE_ICMP, VALUE_IPTABLES, "host-unreachable", "3/1");
	becomes(VALUE_ICMP, VALUE_IPTABLES, "any", "any");
	becomes(VALUE_ICMP6, VALUE_IPTABLES, "neighbor-solicitation", "135");
	becomes(VALUE_ICMP6, VALUE_NFT, "nd-neighbor-solicit", "135");
	assert_int_equal(parse(VALUE_ICMP, VALUE_IPTABLES, "3", &r, &mask), 0);
	assert_true(r.first == 0x300 && r.last == 0x3ff);
	assert_int_equal(error_of(VALUE_ICMP, "3/256"), VALUE_TOO_BIG);
	assert_int_equal(error_of(VALUE_ICMP, "256"), VALUE_TOO_BIG);
	assert_int_equal(error_of(VALUE_ICMP, "pingpong"), VALUE_MALFORMED);
}

static void tcp_flags_are_a_mask_and_bits(void **state)
{
	struct range r;
	u128 mask;

	(void)state;
	becomes(VALUE_TCP_FLAGS, VALUE_IPTABLES, "ALL NONE",
		"FIN,SYN,RST,PSH,ACK,URG NONE");
	becomes(VALUE_TCP_FLAGS, VALUE_IPTABLES, "SYN,RST SYN", "SYN,RST SYN");
	becomes(VALUE_TCP_FLAGS, VALUE_IPTABLES, "0x17 0x02",
		"FIN,SYN,RST,ACK SYN");
	becomes(VALUE_TCP_FLAGS, VALUE_NFT, "syn,ack", "syn,ack");
	assert_int_equal(
		parse(VALUE_TCP_FLAGS, VALUE_IPTABLES, "SYN,ACK", &r, &mask),
		0);
	assert_true(r.first == 0x12 && !~mask);
}

static void masks_stay_masks(void **state)
{
	(void)state;
	becomes(VALUE_MARK, VALUE_IPTABLES, "10", "0xa");
	becomes(VALUE_MARK, VALUE_IPTABLES, "0x10/0xf0", "0x10/0xf0");
	becomes(VALUE_MARK, VALUE_IPTABLES, "1/0xffffffff", "0x1");
	becomes(VALUE_TOS, VALUE_IPTABLES, "Minimize-Delay", "0x10/0x3f");
	becomes(VALUE_TOS, VALUE_IPTABLES, "8", "0x08/0xff");
	becomes(VALUE_DSCP, VALUE_IPTABLES, "EF", "0x2e");
	becomes(VALUE_MAC, VALUE_IPTABLES, "2:0:0:AB:cd:1",
		"02:00:00:ab:cd:01");
	assert_int_equal(error_of(VALUE_MARK, "0x100000000"), VALUE_TOO_BIG);
	assert_int_equal(error_of(VALUE_MAC, "02:00:00:00:00"),
			 VALUE_MALFORMED);
	assert_int_equal(error_of(VALUE_MAC, "02:00:00:00:00:01:02"),
			 VALUE_MALFORMED);
}

static void words_of_numbers_are_known(void **state)
{
	(void)state;
	becomes(VALUE_PROTOCOL, VALUE_IPTABLES, "6", "tcp");
	becomes(VALUE_PROTOCOL, VALUE_IPTABLES, "icmpv6", "ipv6-icmp");
	becomes(VALUE_PROTOCOL, VALUE_IPTABLES, "200", "200");
	becomes(VALUE_CT_STATE, VALUE_NFT, "new", "new");
	becomes(VALUE_PACKET_TYPE, VALUE_IPTABLES, "host", "unicast");
	becomes(VALUE_ADDRESS_TYPE, VALUE_NFT, "local", "local");
	becomes(VALUE_FAMILY, VALUE_NFT, "ipv6", "ip6");
	assert_string_equal(value_word(VALUE_CT_STATE, CT_NEW), "new");
	assert_null(value_word(VALUE_CT_STATE, 99));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read_as_strtoull_does),
		cmocka_unit_test(ports_have_names_and_open_ends),
		cmocka_unit_test(addresses_have_prefixes_masks_and_ends),
		cmocka_unit_test(interfaces_end_in_plus_or_star),
		cmocka_unit_test(icmp_is_a_type_and_a_code),
		cmocka_unit_test(tcp_flags_are_a_mask_and_bits),
		cmocka_unit_test(masks_stay_masks),
		cmocka_unit_test(words_of_numbers_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
