#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "net/address.h"

static struct address of(const char *s)
{
	struct address a = { { 0 } };

	assert_true(address_parse(&a, s, strlen(s)));
	return a;
}

static void an_ipv4_address_is_mapped(void **state)
{
	static const uint8_t bytes[16] = { 0, 0, 0,    0,    0,  0, 0, 0,
					   0, 0, 0xff, 0xff, 10, 1, 0, 7 };
	const struct address parsed = of("10.1.0.7");
	const struct address made = address_v4(0x0a010007);
	const struct address mapped = of("::ffff:10.1.0.7");

	(void)state;
	assert_memory_equal(parsed.bytes, bytes, 16);
	assert_true(address_equal(&parsed, &made));
	assert_true(address_equal(&parsed, &mapped));
	assert_true(address_is_v4(&mapped));
}

static void only_mapped_addresses_are_ipv4(void **state)
{
	static const char *const others[] = { "::10.1.0.7",
					      "::",
					      "::1",
					      "2001:db8::1",
					      "::fffe:10.1.0.7",
					      "::1:ffff:10.1.0.7" };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		const struct address a = of(others[i]);

		assert_false(address_is_v4(&a));
	}
}

static void every_byte_counts_in_a_comparison(void **state)
{
	const struct address a = of("2001:db8:1:2:3:4:5:6");

	(void)state;
	for (int i = 0; i < 16; i++) {
		struct address b = a;

		assert_true(address_equal(&a, &b));
		b.bytes[i] ^= 0x80;
		assert_false(address_equal(&a, &b));
	}
}

static void groups_are_multicast_and_broadcast(void **state)
{
	static const struct {
		const char *s;
		bool is_group;
	} rows[] = {
		{ "223.255.255.255", false }, { "224.0.0.0", true },
		{ "239.255.255.255", true },  { "240.0.0.1", false },
		{ "255.255.255.255", true },  { "255.255.255.254", false },
		{ "ff02::1", true },          { "fe80::1", false },
		{ "ff:1::1", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct address a = of(rows[i].s);

		assert_int_equal(address_is_group(&a), rows[i].is_group);
	}
}

static void loopback_is_127_and_one(void **state)
{
	static const struct {
		const char *s;
		bool is_loopback;
	} rows[] = {
		{ "127.0.0.1", true },
		{ "127.255.255.254", true },
		{ "126.255.255.255", false },
		{ "128.0.0.1", false },
		{ "::1", true },
		{ "::2", false },
		{ "::", false },
		{ "1::1", false },
		{ "::7f00:1", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct address a = of(rows[i].s);

		assert_int_equal(address_is_loopback(&a), rows[i].is_loopback);
	}
}

/* What is printed, in the form of RFC 5952, reads back as the same. */
static void what_is_printed_is_read_again(void **state)
{
	static const char *const all[] = { "0.0.0.0",
					   "10.1.0.7",
					   "255.255.255.255",
					   "::",
					   "::1",
					   "2001:db8::1",
					   "fe80::1:0:0",
					   "2001:db8:1:2:3:4:5:6" };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		struct text t = TEXT_NULL;
		const struct address a = of(all[i]);

		address_text(&t, &a);
		assert_string_equal(text_string(&t), all[i]);
		text_done(&t);
	}
}

static void all_bytes_must_belong_to_the_address(void **state)
{
	static const char *const wrong[] = {
		"10.1.0",
		"10.1.0.256",
		"10.1.0.7.",
		"10.1.0.7 ",
		" 10.1.0.7",
		"10.1.0.7/24",
		"1::2::3",
		"2001:db8::g",
		"fe80::1%eth0",
		"[::1]",
		"example.org",
		"-1.0.0.1",
		"1:2:3:4:5:6:7:8:9",
		"0000:0000:0000:0000:0000:0000:0000:0000:0000:00",
	};
	struct address a = address_v4(7);
	const struct address before = a;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_false(address_parse(&a, wrong[i], strlen(wrong[i])));
	assert_false(address_parse(&a, "", 0));
	assert_true(address_equal(&a, &before));
}

static void only_len_bytes_are_read(void **state)
{
	static const char text[] = { '1', '.', '2', '.', '3', '.', '4', '5' };
	const struct address four = of("1.2.3.4");
	const struct address all = of("1.2.3.45");
	struct address a;

	(void)state;
	assert_true(address_parse(&a, text, 7));
	assert_true(address_equal(&a, &four));
	assert_true(address_parse(&a, text, 8));
	assert_true(address_equal(&a, &all));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ipv4_address_is_mapped),
		cmocka_unit_test(only_mapped_addresses_are_ipv4),
		cmocka_unit_test(every_byte_counts_in_a_comparison),
		cmocka_unit_test(groups_are_multicast_and_broadcast),
		cmocka_unit_test(loopback_is_127_and_one),
		cmocka_unit_test(what_is_printed_is_read_again),
		cmocka_unit_test(all_bytes_must_belong_to_the_address),
		cmocka_unit_test(only_len_bytes_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
