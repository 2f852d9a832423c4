#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "net/dns.h"

#define NAME "\3vpn\7example\3org\0"
#define HEAD "\x12\x34\x81\x80\0\1"

static const struct dns_question asked = { .id = 0x1234,
					   .type = DNS_A,
					   .name = "vpn.example.org" };

#define READ(ret, bytes, q) dns_answer_read(ret, bytes, sizeof(bytes) - 1, q)

static void a_query_is_as_the_resolver_writes_it(void **state)
{
	static const char wire[] =
		"\x12\x34\1\0\0\1\0\0\0\0\0\0" NAME "\0\1\0\1";
	uint8_t out[DNS_QUERY_SIZE];

	(void)state;
	assert_int_equal(dns_query(out, &asked), sizeof(wire) - 1);
	assert_memory_equal(out, wire, sizeof(wire) - 1);
}

static void edns_adds_one_record(void **state)
{
	struct dns_question q = asked;
	uint8_t out[DNS_QUERY_SIZE];
	size_t plain = dns_query(out, &q);

	(void)state;
	q.has_edns = true;
	assert_int_equal(dns_query(out, &q), plain + 11);
	assert_int_equal(out[11], 1);
}

static void what_dns_cannot_carry_is_no_query(void **state)
{
	static const char *const names[] = { "", ".", "a..b", ".a", "a.." };
	struct dns_question q = asked;
	char label[65];
	uint8_t out[DNS_QUERY_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		q.name = names[i];
		assert_int_equal(dns_query(out, &q), 0);
	}
	memset(label, 'a', sizeof(label));
	label[64] = '\0';
	q.name = label;
	assert_int_equal(dns_query(out, &q), 0);
	label[63] = '\0';
	assert_int_not_equal(dns_query(out, &q), 0);
}

static void long_names_fit_to_the_last_byte(void **state)
{
	char name[260];
	struct dns_question q = asked;
	uint8_t out[DNS_QUERY_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(name); i++)
		name[i] = i % 2 ? '.' : 'a';
	q.name = name;
	q.has_edns = true;
	name[253] = '\0';
	assert_int_equal(dns_query(out, &q), 12 + 255 + 4 + 11);
	name[253] = '.';
	name[255] = '\0';
	assert_int_equal(dns_query(out, &q), 0);
}

static void addresses_are_read(void **state)
{
	struct dns_answer a;

	(void)state;
	assert_int_equal(READ(&a,
			      HEAD "\0\2\0\0\0\0" NAME "\0\1\0\1"
				   "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xac\x10\1\2"
				   "\xc0\x0c\0\1\0\1\0\0\0\x1e\0\4\xac\x10\1\3",
			      &asked),
			 DNS_READ);
	assert_int_equal(a.rcode, DNS_NOERROR);
	assert_int_equal(a.count, 2);
	assert_int_equal(a.addresses[1].bytes[15], 3);
	assert_int_equal(a.ttl, 30);
	assert_string_equal(a.alias, "");
}

static void aliases_are_followed(void **state)
{
	struct dns_answer a;

	(void)state;
	assert_int_equal(READ(&a,
			      HEAD "\0\2\0\0\0\0" NAME "\0\1\0\1"
				   "\xc0\x0c\0\5\0\1\0\0\0\x3c\0\6\3old\xc0\x10"
				   "\xc0\x2d\0\1\0\1\0\0\0\x3c\0\4\xac\x10\1\2",
			      &asked),
			 DNS_READ);
	assert_string_equal(a.alias, "old.example.org");
	assert_int_equal(a.count, 1);
}

static void an_alias_of_nothing_keeps_its_target(void **state)
{
	struct dns_answer a;

	(void)state;
	assert_int_equal(READ(&a,
			      "\x12\x34\x81\x83\0\1\0\1\0\0\0\0" NAME "\0\1\0\1"
			      "\xc0\x0c\0\5\0\1\0\0\0\x3c\0\6\3old\xc0\x10",
			      &asked),
			 DNS_READ);
	assert_int_equal(a.rcode, DNS_NXDOMAIN);
	assert_string_equal(a.alias, "old.example.org");
	assert_int_equal(a.count, 0);
}

static void records_of_other_names_do_not_count(void **state)
{
	struct dns_answer a;

	(void)state;
	assert_int_equal(READ(&a,
			      HEAD
			      "\0\1\0\0\0\0" NAME "\0\1\0\1"
			      "\3bad\xc0\x10\0\1\0\1\0\0\0\x3c\0\4\xac\x10\1\2",
			      &asked),
			 DNS_READ);
	assert_int_equal(a.count, 0);
}

static void an_answer_to_another_question_is_not_ours(void **state)
{
	struct dns_answer a;

	(void)state;
	/* Another id, a query, another name, another type. */
	assert_int_equal(
		READ(&a, "\x12\x35\x81\x80\0\1\0\0\0\0\0\0" NAME "\0\1\0\1",
		     &asked),
		DNS_OF_ANOTHER);
	assert_int_equal(READ(&a,
			      "\x12\x34\1\0\0\1\0\0\0\0\0\0" NAME "\0\1\0\1",
			      &asked),
			 DNS_OF_ANOTHER);
	assert_int_equal(READ(&a, HEAD "\0\0\0\0\0\0\3bad\0\0\1\0\1", &asked),
			 DNS_OF_ANOTHER);
	assert_int_equal(
		READ(&a, HEAD "\0\0\0\0\0\0" NAME "\0\x1c\0\1", &asked),
		DNS_OF_ANOTHER);
	assert_int_equal(READ(&a, "", &asked), DNS_OF_ANOTHER);
}

static void the_name_may_come_back_in_capitals(void **state)
{
	struct dns_answer a;

	(void)state;
	assert_int_equal(READ(&a,
			      HEAD "\0\0\0\0\0\0"
				   "\3VPN\7eXample\3ORG\0\0\1\0\1",
			      &asked),
			 DNS_READ);
}

static void a_refusal_needs_no_question(void **state)
{
	struct dns_answer a;

	(void)state;
	assert_int_equal(READ(&a, "\x12\x34\x81\x85\0\0\0\0\0\0\0\0", &asked),
			 DNS_READ);
	assert_int_equal(a.rcode, DNS_REFUSED);
	assert_string_equal(dns_rcode_name(a.rcode), "REFUSED");
	assert_null(dns_rcode_name(15));
}

static void a_truncated_answer_may_end_anywhere(void **state)
{
	static const char cut[] = "\x12\x34\x83\x80\0\1\0\1\0\0\0\0" NAME
				  "\0\1\0\1\xc0\x0c\0\1\0\1\0\0";
	struct dns_answer a;
	char whole[sizeof(cut)];

	(void)state;
	assert_int_equal(READ(&a, cut, &asked), DNS_READ);
	assert_true(a.is_truncated);
	memcpy(whole, cut, sizeof(cut));
	whole[2] = '\x81';
	assert_int_equal(READ(&a, whole, &asked), DNS_BROKEN);
}

static void compression_that_goes_nowhere_ends(void **state)
{
	struct dns_answer a;

	(void)state;
	/* A pointer to itself, a pointer forward, and two in a ring. */
	assert_int_equal(READ(&a, HEAD "\0\0\0\0\0\0\xc0\x0c\0\1\0\1", &asked),
			 DNS_OF_ANOTHER);
	assert_int_equal(READ(&a, HEAD "\0\0\0\0\0\0\xc0\x20\0\1\0\1", &asked),
			 DNS_OF_ANOTHER);
	assert_int_equal(READ(&a,
			      HEAD "\0\1\0\0\0\0" NAME "\0\1\0\1"
				   "\xc0\x23\xc0\x21\0\1\0\1\0\0\0\0\0\0",
			      &asked),
			 DNS_BROKEN);
}

static void names_compare_without_case_and_last_dot(void **state)
{
	(void)state;
	assert_true(dns_name_equal("a.example.", "A.Example"));
	assert_false(dns_name_equal("a.example", "a.example.org"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_query_is_as_the_resolver_writes_it),
		cmocka_unit_test(edns_adds_one_record),
		cmocka_unit_test(what_dns_cannot_carry_is_no_query),
		cmocka_unit_test(long_names_fit_to_the_last_byte),
		cmocka_unit_test(addresses_are_read),
		cmocka_unit_test(aliases_are_followed),
		cmocka_unit_test(an_alias_of_nothing_keeps_its_target),
		cmocka_unit_test(records_of_other_names_do_not_count),
		cmocka_unit_test(an_answer_to_another_question_is_not_ours),
		cmocka_unit_test(the_name_may_come_back_in_capitals),
		cmocka_unit_test(a_refusal_needs_no_question),
		cmocka_unit_test(a_truncated_answer_may_end_anywhere),
		cmocka_unit_test(compression_that_goes_nowhere_ends),
		cmocka_unit_test(names_compare_without_case_and_last_dot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
