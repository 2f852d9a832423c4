/* The printers of DNS, ICMPv6 and MPTCP over bytes made by hand. What is
 * expected is what tcpdump 4.99.3 printed for the same bytes, without -v. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "trace/line.h"
#include "trace/printers/printer.h"

/* The bytes of a string literal, without its final zero. */
#define BYTES(s) s, sizeof(s) - 1

/* DNS headers: one question; one question and one answer. */
#define QUERY "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
#define ANSWER "\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"
#define EXAMPLE "\7example\3org\0"
#define QUESTION EXAMPLE "\x00\x01\x00\x01"
#define TO_QUESTION "\xc0\x0c" /* a pointer to the name in it */

#define GROUP "\xff\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"
#define TARGET "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x05"

enum {
	SYN = 0x02,
	ACK = 0x10,
};

struct printed {
	struct text out;
	struct line_printer *printer;
	struct line line;
};

static const struct line_options numeric = { .numeric = true };

static void begin(struct printed *p)
{
	*p = (struct printed){ .out = TEXT_NULL };
	p->printer = line_printer_new(&numeric);
	assert_non_null(p->printer);
	p->line = (struct line){ .out = &p->out,
				 .options = &numeric,
				 .printer = p->printer,
				 .protocol = "" };
}

/* Ends the line as line.c does. */
static void expect(struct printed *p, bool is_whole, const char *text)
{
	if (!is_whole) {
		text_str(&p->out, " [|");
		text_str(&p->out, p->line.protocol);
		text_char(&p->out, ']');
	}
	assert_string_equal(text_string(&p->out), text);
	text_done(&p->out);
	line_printer_free(p->printer);
}

static void expect_dns(const char *bytes, size_t len, const char *text)
{
	struct printed p;

	begin(&p);
	expect(&p,
	       dns_print(&p.line, cursor_over(bytes, len), (uint32_t)len, false,
			 false),
	       text);
}

static void expect_mdns(const char *bytes, size_t len, const char *text)
{
	struct printed p;

	begin(&p);
	expect(&p,
	       dns_print(&p.line, cursor_over(bytes, len), (uint32_t)len, false,
			 true),
	       text);
}

static void expect_dns_tcp(const char *bytes, size_t len, uint32_t length,
			   const char *text)
{
	struct printed p;

	begin(&p);
	expect(&p,
	       dns_print(&p.line, cursor_over(bytes, len), length, true, false),
	       text);
}

static void expect_icmp6(const char *bytes, size_t len, uint32_t length,
			 const char *text)
{
	struct printed p;

	begin(&p);
	expect(&p, icmp6_print(&p.line, cursor_over(bytes, len), length, false),
	       text);
}

static void expect_mptcp(const char *bytes, size_t len, uint8_t flags,
			 const char *text)
{
	struct printed p;

	begin(&p);
	if (!mptcp_print(&p.line, cursor_over(bytes, len), flags))
		text_str(&p.out, "[bad opt]");
	assert_string_equal(p.line.protocol, "mptcp");
	expect(&p, true, text);
}

/* DNS */

static void a_query_tells_type_and_name(void **state)
{
	(void)state;
	expect_dns(BYTES(QUERY QUESTION), "4660+ A? example.org. (29)");
}

static void an_answer_tells_counts_and_its_records(void **state)
{
	(void)state;
	expect_dns(BYTES(ANSWER QUESTION TO_QUESTION
			 "\x00\x01\x00\x01\0\0\0\x3c\x00\x04\xc0\x00\x02\x01"),
		   "4660 1/0/0 A 192.0.2.1 (45)");
}

static void a_mapped_address_keeps_its_prefix(void **state)
{
	(void)state;
	expect_dns(BYTES(ANSWER QUESTION TO_QUESTION
			 "\x00\x1c\x00\x01\0\0\0\x3c\x00\x10"
			 "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\x00\x02\x01"),
		   "4660 1/0/0 AAAA ::ffff:192.0.2.1 (57)");
}

static void an_extended_code_is_read_from_the_additional_record(void **state)
{
	(void)state;
	expect_dns(BYTES("\0\x01\x80\x07\0\0\0\0\0\0\0\x01"
			 "\0\x00\x29\x10\x00\x01\0\0\0\x00\x00"),
		   "1 BadCookie- [0q] 0/0/1 (23)");
}

static void odd_flags_of_a_query_are_shown(void **state)
{
	(void)state;
	expect_dns(BYTES("\0\x01\x09\x51\0\x01\0\x02\0\x03\0\x04" QUESTION),
		   "1 inv_q+% [b2&3=0x951] [1q] [2a] [3n] [4au] "
		   "A? example.org. (29)");
}

static void a_name_behind_the_captured_bytes_is_cut(void **state)
{
	(void)state;
	expect_dns(BYTES(QUERY "\7exam"), "4660+ [|domain]");
}

static void an_answer_that_is_missing_ends_the_line(void **state)
{
	(void)state;
	expect_dns(BYTES(ANSWER QUESTION TO_QUESTION "\x00\x01\x00"),
		   "4660 1/0/0 (34)");
}

static void data_longer_than_the_capture_is_cut_behind_its_type(void **state)
{
	(void)state;
	expect_dns(BYTES(ANSWER QUESTION TO_QUESTION
			 "\x00\x01\x00\x01\0\0\0\x3c\x00\x04\xc0"),
		   "4660 1/0/0 A [|domain]");
}

static void a_pointer_to_itself_is_bad(void **state)
{
	(void)state;
	expect_dns(BYTES(QUERY "\xc0\x0c\x00\x01\x00\x01"),
		   "4660+ A? <BAD PTR> [|domain]");
}

static void a_pointer_forward_is_bad(void **state)
{
	(void)state;
	expect_dns(BYTES(QUERY "\xc0\x20\x00\x01\x00\x01" EXAMPLE EXAMPLE),
		   "4660+ A? <BAD PTR> [|domain]");
}

static void an_unknown_kind_of_label_is_bad(void **state)
{
	(void)state;
	expect_dns(BYTES(ANSWER QUESTION TO_QUESTION
			 "\x00\x05\x00\x01\0\0\0\x3c\x00\x02\x80\x01"),
		   "4660 1/0/0 CNAME <BAD LABEL TYPE> [|domain]");
	expect_dns(BYTES(ANSWER QUESTION TO_QUESTION
			 "\x00\x05\x00\x01\0\0\0\x3c\x00\x02\x42\x01"),
		   "4660 1/0/0 CNAME <ELT 2> [|domain]");
}

static void a_bit_label_is_hexadecimal_with_its_bits(void **state)
{
	(void)state;
	expect_dns(BYTES(QUERY "\x41\x0c\xab\xcd\x00\x00\x01\x00\x01"),
		   "4660+ A? \\[xabc/12]. (21)");
	expect_dns(BYTES(QUERY "\x41\x0d\xab\xcf\x00\x00\x01\x00\x01"),
		   "4660+ A? \\[xabc8/13]. (21)");
}

static void a_name_is_printed_up_to_255_characters(void **state)
{
	struct text bytes = TEXT_NULL;
	struct text text = TEXT_NULL;

	(void)state;
	text_bytes(&bytes, BYTES(QUERY));
	text_str(&text, "4660+ A? ");
	for (int i = 0; i < 4; i++) {
		text_char(&bytes, 63);
		text_fill(&bytes, 'a', 63);
		text_fill(&text, 'a', 63);
		text_char(&text, '.');
	}
	text_bytes(&bytes, BYTES("\0\x00\x01\x00\x01"));
	text_str(&text, "<DOMAIN NAME TOO LONG> (273)");

	expect_dns(text_string(&bytes), bytes.len, text_string(&text));
	text_done(&bytes);
	text_done(&text);
}

/* Thousands of names that each lead over thousands of pointers: tcpdump walks
 * them all, this stops before it takes seconds. */
static void a_hostile_message_is_given_up(void **state)
{
	enum { CHAIN = 8000, NAMES = 3000 };
	struct text bytes = TEXT_NULL;
	struct printed p;

	(void)state;
	text_bytes(&bytes, BYTES("\0\0\x84\0\0\0\x0b\xb9\0\0\0\0"
				 "\0\x00\x63\x00\x01\0\0\0\0\x3e\x80"
				 "\0\0"));
	for (int i = 1; i < CHAIN; i++) {
		size_t before = bytes.len - 2;

		text_char(&bytes, (char)(0xc0 | before >> 8));
		text_char(&bytes, (char)(before & 0xff));
	}
	for (int i = 0; i < NAMES; i++) {
		text_bytes(&bytes, BYTES("\0\x00\x05\x00\x01\0\0\0\0"
					 "\0\x02\xfe\x95"));
	}

	begin(&p);
	assert_true(dns_print(&p.line, cursor_over(bytes.data, bytes.len),
			      (uint32_t)bytes.len, false, false));
	assert_in_range(p.out.len, 500, 2000);
	text_cut(&p.out, 20);
	expect(&p, true, "0*- [0q] 3001/0/0 SP");
	text_done(&bytes);
}

static void unprintable_bytes_of_names_are_escaped(void **state)
{
	(void)state;
	expect_dns(BYTES(QUERY "\x04\x01\x7f\xe4\x80\x00\x00\x10\x00\x03"),
		   "4660+ TXT CHAOS? ^A^?M-dM-^@. (22)");
}

static void text_records_are_quoted_one_by_one(void **state)
{
	(void)state;
	expect_dns(BYTES(ANSWER QUESTION TO_QUESTION
			 "\x00\x10\x00\x01\0\0\0\x3c\x00\x05\2ab\1c"),
		   "4660 1/0/0 TXT \"ab\" \"c\" (46)");
}

static void options_are_told_in_brackets(void **state)
{
	(void)state;
	expect_dns(BYTES("\0\x01\x81\x80\0\0\0\x01\0\0\0\0"
			 "\x00\x00\x29\x10\x00\x00\x00\x80\x00\x00\x29"
			 "\x00\x08\x00\x07\x00\x01\x18\x00\xc0\x00\x02"
			 "\x00\x0a\x00\10abcdefgh"
			 "\x00\x0b\x00\x02\x00\x0f"
			 "\x00\x0c\x00\x02\x00\x00"
			 "\x00\x05\x00\x02\x08\x63"),
		   "1 [0q] 1/0/0 OPT UDPsize=4096 DO [ECS 192.0.2.0/24/0,"
		   "COOKIE 6162636465666768,KEEPALIVE 1.5 sec,PADDING (2),"
		   "DAU RSASHA256 Alg_99] (64)");
}

static void multicast_dns_tells_unicast_questions_and_flushes(void **state)
{
	(void)state;
	expect_mdns(
		BYTES("\0\0\0\0\0\x01\0\0\0\0\0\0" EXAMPLE "\x00\x0c\x80\x01"),
		"0 PTR (QU)? example.org. (29)");
	expect_mdns(BYTES("\0\0\x84\0\0\0\0\x01\0\0\0\0" EXAMPLE
			  "\x00\x01\x80\x01\0\0\0\x78\x00\x04\xc0\x00\x02\x01"),
		    "0*- [0q] 1/0/0 (Cache flush) A 192.0.2.1 (39)");
}

static void dns_over_tcp_checks_its_length(void **state)
{
	(void)state;
	expect_dns_tcp(BYTES("\x00\x1d" QUERY QUESTION), 31,
		       " 4660+ A? example.org. (29)");
	expect_dns_tcp(BYTES("\x00\x1e" QUERY QUESTION), 31,
		       " [prefix length(30) != length(29)] (invalid)");
	expect_dns_tcp(BYTES("\x00"), 1,
		       " [DNS over TCP: length 1 < 2] (invalid)");
	expect_dns_tcp(BYTES("\x00"), 31, " [|domain]");
	expect_dns_tcp(BYTES("\x00\x02\x12\x34"), 4,
		       " domain [length 2 < 12] (invalid)");
}

/* ICMPv6 */

static void a_message_of_no_length_is_invalid(void **state)
{
	(void)state;
	expect_icmp6("", 0, 0, "ICMP6, length 0 (invalid)");
}

static void echo_tells_id_and_sequence(void **state)
{
	(void)state;
	expect_icmp6(BYTES("\x80\x00\0\0\x12\x34\x00\x07"), 64,
		     "ICMP6, echo request, id 4660, seq 7, length 64");
	expect_icmp6(BYTES("\x80\x00\0\0\x12\x34\x00"), 64,
		     "ICMP6, echo request [|icmp6]");
	expect_icmp6(BYTES("\x80"), 64, "ICMP6, echo request [|icmp6]");
	expect_icmp6("", 0, 64, " [|icmp6]");
}

static void a_port_is_found_behind_extension_headers(void **state)
{
	(void)state;
	expect_icmp6(BYTES("\x01\x04\0\0\0\0\0\0"
			   "\x60\0\0\0\0\0\x3c\x40" GROUP TARGET
			   "\x11\0\0\0\0\0\0\0"
			   "\x12\x34\x00\x35"),
		     60,
		     "ICMP6, destination unreachable, unreachable port, "
		     "2001:db8::5 udp port 53, length 60");
	expect_icmp6(BYTES("\x01\x04\0\0\0\0\0\0"
			   "\x60\0\0\0\0\0\x2c\x40" GROUP TARGET
			   "\x06\0\0\x08\0\0\0\0"
			   "\x12\x34\x00\x35"),
		     60,
		     "ICMP6, destination unreachable, unreachable port "
		     "[|icmp6]");
}

static void prohibited_has_two_spaces(void **state)
{
	(void)state;
	expect_icmp6(BYTES("\x01\x01\0\0\0\0\0\0"
			   "\x60\0\0\0\0\0\x06\x40" GROUP TARGET),
		     68,
		     "ICMP6, destination unreachable,  unreachable prohibited "
		     "2001:db8::5, length 68");
}

static void an_unknown_type_is_dumped(void **state)
{
	(void)state;
	expect_icmp6(BYTES("\x64\x00\xab\xcd\x01"), 5,
		     "ICMP6, unknown icmp6 type (100), length 5"
		     "\n\t0x0000:  6400 abcd 01");
}

static void neighbor_discovery_tells_the_target(void **state)
{
	(void)state;
	expect_icmp6(BYTES("\x87\x00\0\0\0\0\0\0" TARGET), 24,
		     "ICMP6, neighbor solicitation, who has 2001:db8::5, "
		     "length 24");
	expect_icmp6(BYTES("\x88\x00\0\0\0\0\0\0" TARGET), 24,
		     "ICMP6, neighbor advertisement, tgt is 2001:db8::5, "
		     "length 24");
	expect_icmp6(BYTES("\x89\x00\0\0\0\0\0\0" GROUP TARGET), 40,
		     "ICMP6, redirect, 2001:db8::5 to ff02::1, length 40");
}

static void a_listener_message_that_is_cut_says_nothing(void **state)
{
	(void)state;
	expect_icmp6(BYTES("\x83\x00\0\0\0\x0a\0\0" GROUP), 24,
		     "ICMP6, multicast listener reportmax resp delay: 10 "
		     "addr: ff02::1, length 24");
	expect_icmp6(BYTES("\x83\x00\0\0\0\x0a\0\0"
			   "\xff\x02"),
		     24, "ICMP6, multicast listener report, length 24");
}

static void a_second_version_query_counts_its_sources(void **state)
{
	(void)state;
	expect_icmp6(BYTES("\x82\x00\0\0\0\x0a\0\0" GROUP "\0\0\0\x01"), 44,
		     "ICMP6, multicast listener query v2 [gaddr ff02::1, "
		     "1 source(s)], length 44");
	expect_icmp6(BYTES("\x82\x00\0\0\0\x0a\0\0" GROUP "\0\0\0\x02"), 44,
		     "ICMP6, multicast listener query v2 [gaddr ff02::1 "
		     "[invalid number of sources]], length 44");
}

static void renumbering_that_is_cut_still_tells_its_length(void **state)
{
	(void)state;
	expect_icmp6(BYTES("\x8a\x01\0\0\0\0\0\x05\0\0\0\0\0\0\0\0"), 16,
		     "ICMP6, router renumbering, result, seq=5, length 16");
	expect_icmp6(BYTES("\x8a\x00\0\0\0\0\0\x05\0\0\0\0\0\0\0\0"), 16,
		     "ICMP6, router renumbering, command, seq=5 [|icmp6], "
		     "length 16");
}

static void a_node_query_names_its_subject(void **state)
{
	(void)state;
	expect_icmp6(BYTES("\x8b\x01\0\0\x00\x02\0\0"
			   "nonce...\1a\0"),
		     19,
		     "ICMP6, who-are-you request node information query "
		     "(DNS name, subject=DNS name, \"a.\"), length 19");
	expect_icmp6(BYTES("\x8b\x00\0\0\x00\x03\0\x2a"
			   "nonce..." TARGET),
		     32,
		     "ICMP6, who-are-you request node information query "
		     "(node addresses [GLA], subject=2001:db8::5), length 32");
}

static void a_node_reply_that_is_cut_tells_nothing(void **state)
{
	(void)state;
	expect_icmp6(BYTES("\x8c\x00\0\0\x00\x03\0\0"
			   "nonce..."),
		     36, "ICMP6, who-are-you reply [|icmp6], length 36");
}

/* MPTCP */

static void the_first_capable_option_has_no_keys_yet(void **state)
{
	(void)state;
	expect_mptcp(BYTES("\x1e\x04\x01\x81"), SYN, " 4 capable v1 csum");
	expect_mptcp(BYTES("\x1e\x0c\x00\x01\0\0\0\0\0\0\x0a\xbc"), SYN,
		     " 12 capable v0 {0xabc}");
	expect_mptcp(BYTES("\x1e\x04\x02\x01"), SYN,
		     " 4 capable Unknown Version (2)");
}

static void a_length_that_does_not_fit_the_flags_is_bad(void **state)
{
	(void)state;
	expect_mptcp(BYTES("\x1e\x04\x01\x81"), ACK, " 4 capable[bad opt]");
	expect_mptcp(BYTES("\x1e\x0c\x10\x02\0\0\0\x01\0\0\0\x02"), ACK,
		     " 12 join[bad opt]");
	expect_mptcp(BYTES("\x1e\x02"), ACK, "[bad opt]");
}

static void a_join_tells_token_and_nonce(void **state)
{
	(void)state;
	expect_mptcp(BYTES("\x1e\x0c\x11\x02\0\0\0\x01\0\0\0\x02"), SYN,
		     " 12 join backup id 2 token 0x1 nonce 0x2");
}

static void a_mapping_tells_as_much_as_there_is(void **state)
{
	(void)state;
	expect_mptcp(BYTES("\x1e\x14\x20\x05\0\0\0\x01\0\0\0\x02\0\0\0\x03"
			   "\0\x04\xab\xcd"),
		     ACK, " 20 dss ack 1 seq 2 subseq 3 len 4 csum 0xabcd");
	expect_mptcp(BYTES("\x1e\x0a\x20\x15\0\0\0\x01\0\0"), ACK,
		     " 10 dss fin ack 1 seq [bad opt]");
}

static void an_added_address_may_have_a_port(void **state)
{
	(void)state;
	expect_mptcp(BYTES("\x1e\x0a\x34\x02\xc0\x00\x02\x01\x00\x50"), ACK,
		     " 10 add-addr v0-ip4 id 2 192.0.2.1:80");
	expect_mptcp(BYTES("\x1e\x14\x31\x02" TARGET), ACK,
		     " 20 add-addr v1-echo id 2 2001:db8::5");
	expect_mptcp(BYTES("\x1e\x08\x33\x02\xc0\x00\x02\x01"), ACK,
		     " 8 add-addr [bad version/echo] id 2 192.0.2.1");
}

static void an_unknown_subtype_is_told_as_such(void **state)
{
	(void)state;
	expect_mptcp(BYTES("\x1e\x03\xf0"), ACK, " 3 unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_query_tells_type_and_name),
		cmocka_unit_test(an_answer_tells_counts_and_its_records),
		cmocka_unit_test(a_mapped_address_keeps_its_prefix),
		cmocka_unit_test(
			an_extended_code_is_read_from_the_additional_record),
		cmocka_unit_test(odd_flags_of_a_query_are_shown),
		cmocka_unit_test(a_name_behind_the_captured_bytes_is_cut),
		cmocka_unit_test(an_answer_that_is_missing_ends_the_line),
		cmocka_unit_test(
			data_longer_than_the_capture_is_cut_behind_its_type),
		cmocka_unit_test(a_pointer_to_itself_is_bad),
		cmocka_unit_test(a_pointer_forward_is_bad),
		cmocka_unit_test(an_unknown_kind_of_label_is_bad),
		cmocka_unit_test(a_bit_label_is_hexadecimal_with_its_bits),
		cmocka_unit_test(a_name_is_printed_up_to_255_characters),
		cmocka_unit_test(a_hostile_message_is_given_up),
		cmocka_unit_test(unprintable_bytes_of_names_are_escaped),
		cmocka_unit_test(text_records_are_quoted_one_by_one),
		cmocka_unit_test(options_are_told_in_brackets),
		cmocka_unit_test(
			multicast_dns_tells_unicast_questions_and_flushes),
		cmocka_unit_test(dns_over_tcp_checks_its_length),
		cmocka_unit_test(a_message_of_no_length_is_invalid),
		cmocka_unit_test(echo_tells_id_and_sequence),
		cmocka_unit_test(a_port_is_found_behind_extension_headers),
		cmocka_unit_test(prohibited_has_two_spaces),
		cmocka_unit_test(an_unknown_type_is_dumped),
		cmocka_unit_test(neighbor_discovery_tells_the_target),
		cmocka_unit_test(a_listener_message_that_is_cut_says_nothing),
		cmocka_unit_test(a_second_version_query_counts_its_sources),
		cmocka_unit_test(
			renumbering_that_is_cut_still_tells_its_length),
		cmocka_unit_test(a_node_query_names_its_subject),
		cmocka_unit_test(a_node_reply_that_is_cut_tells_nothing),
		cmocka_unit_test(the_first_capable_option_has_no_keys_yet),
		cmocka_unit_test(a_length_that_does_not_fit_the_flags_is_bad),
		cmocka_unit_test(a_join_tells_token_and_nonce),
		cmocka_unit_test(a_mapping_tells_as_much_as_there_is),
		cmocka_unit_test(an_added_address_may_have_a_port),
		cmocka_unit_test(an_unknown_subtype_is_told_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
