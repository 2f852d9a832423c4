#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "net/frame.h"
#include "net/link.h"
#include "trace/line.h"

/* An IPv4 header of 20 bytes and what follows it. */
#define IP(length, protocol)                                                   \
	"\x45\x00" length "\x00\x01\x00\x00\x40" protocol "\x00\x00"           \
	"\x0a\x00\x00\x01\x0a\x00\x00\x02"

#define ETHER "\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01"

/* From 10.0.0.1:1000 to 10.0.0.2:2000, without options. */
#define TCP(seq, ack, flags)                                                   \
	"\x03\xe8\x07\xd0" seq ack "\x50" flags "\x01\xf6\x00\x00\x00\x00"

/* The other way. */
#define TCP_BACK(seq, ack, flags)                                              \
	"\x07\xd0\x03\xe8" seq ack "\x50" flags "\x01\xf6\x00\x00\x00\x00"

#define SYN IP("\x00\x28", "\x06") TCP("\0\0\x03\xe8", "\0\0\0\0", "\x02")

struct state {
	struct line_printer *printer;
	struct text out;
	struct line_result result;
};

static struct state start(const struct line_options *options)
{
	struct state s = { .printer = line_printer_new(options),
			   .out = TEXT_NULL };

	assert_non_null(s.printer);
	return s;
}

static void stop(struct state *s)
{
	text_done(&s->out);
	line_printer_free(s->printer);
}

/* The line of one frame; its bytes are copied so that an overread is seen. */
static const char *line_of(struct state *s, uint16_t link, const char *bytes,
			   size_t len, uint32_t wire_len)
{
	uint8_t *data = malloc(len ? len : 1);
	struct frame f = { .link = link,
			   .number = 7,
			   .caplen = (uint32_t)len,
			   .len = wire_len,
			   .data = data };

	assert_non_null(data);
	memcpy(data, bytes, len);
	text_clear(&s->out);
	line_print(s->printer, &f, &s->out, &s->result);
	free(data);
	return text_string(&s->out);
}

#define LINE(s, link, bytes)                                                   \
	line_of(s, link, bytes, sizeof(bytes) - 1, sizeof(bytes) - 1)

static const struct line_options bare = { .numeric = true, .time_form = 1 };

static void a_handshake_is_printed_relative_from_the_third_segment(void **state)
{
	struct state s = start(&bare);

	(void)state;
	assert_string_equal(
		LINE(&s, LINK_RAW, SYN),
		"IP 10.0.0.1.1000 > 10.0.0.2.2000: Flags [S], seq 1000, "
		"win 502, length 0\n");
	assert_string_equal(
		LINE(&s, LINK_RAW,
		     IP("\x00\x28", "\x06")
			     TCP_BACK("\0\0\x07\xd0", "\0\0\x03\xe9", "\x12")),
		"IP 10.0.0.1.2000 > 10.0.0.2.1000: Flags [S.], seq 2000, "
		"ack 1001, win 502, length 0\n");
	assert_string_equal(
		LINE(&s, LINK_RAW,
		     IP("\x00\x2b", "\x06") TCP_BACK(
			     "\0\0\x07\xd1", "\0\0\x03\xe9", "\x18") "abc"),
		"IP 10.0.0.1.2000 > 10.0.0.2.1000: Flags [P.], seq 1:4, "
		"ack 1, win 502, length 3\n");
	stop(&s);
}

static void absolute_numbers_stay_what_they_are(void **state)
{
	const struct line_options options = { .numeric = true,
					      .absolute_seq = true,
					      .time_form = 1 };
	struct state s = start(&options);

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_string_equal(
			LINE(&s, LINK_RAW,
			     IP("\x00\x28", "\x06") TCP(
				     "\0\0\x03\xe9", "\0\0\x07\xd1", "\x11")),
			"IP 10.0.0.1.1000 > 10.0.0.2.2000: Flags [F.], "
			"seq 1001, ack 2001, win 502, length 0\n");
	}
	stop(&s);
}

static void a_line_alone_counts_from_the_bases_given(void **state)
{
	static const char bytes[] = IP("\x00\x28", "\x06")
		TCP("\0\0\x03\xe9", "\0\0\x07\xd1", "\x11");
	const struct line_options options = { .numeric = true };
	struct state s = start(&options);
	const struct frame f = { .link = LINK_RAW,
				 .number = 7,
				 .caplen = sizeof(bytes) - 1,
				 .len = sizeof(bytes) - 1,
				 .data = (const uint8_t *)bytes };

	(void)state;
	line_print_alone(s.printer, &f, 1000, 2000, &s.out);
	assert_non_null(strstr(text_string(&s.out),
			       " IP 10.0.0.1.1000 > 10.0.0.2.2000: Flags [F.], "
			       "seq 1, ack 1, win 502, length 0\n"));
	stop(&s);
}

static void a_cut_header_names_its_protocol(void **state)
{
	struct state s = start(&bare);

	(void)state;
	assert_string_equal(line_of(&s, LINK_RAW, SYN, 30, 40),
			    "IP 10.0.0.1.1000 > 10.0.0.2.2000:  [|tcp]\n");
	assert_string_equal(line_of(&s, LINK_RAW, SYN, 22, 40),
			    "IP 10.0.0.1 > 10.0.0.2: [|tcp]\n");
	assert_string_equal(line_of(&s, LINK_RAW, SYN, 19, 40), "IP  [|ip]\n");
	assert_string_equal(line_of(&s, LINK_ETHERNET, ETHER, 12, 40),
			    " [|ether]\n");
	stop(&s);
}

static void a_length_beyond_the_frame_is_told(void **state)
{
	struct state s = start(&bare);

	(void)state;
	assert_string_equal(
		LINE(&s, LINK_RAW,
		     IP("\x00\x64", "\x11") "\x04\xd2\x26\x94\x00\x50\0\0"),
		"IP truncated-ip - 72 bytes missing! 10.0.0.1.1234 > "
		"10.0.0.2.9876: UDP, length 72\n");
	stop(&s);
}

static void an_icmp_error_names_what_it_is_about(void **state)
{
	struct state s = start(&bare);

	(void)state;
	assert_string_equal(
		LINE(&s, LINK_RAW,
		     IP("\x00\x38", "\x01") "\x03\x0a\0\0\0\0\0\0" IP(
			     "\x00\x28", "\x06") "\x03\xe8\x15\xb3\0\0\0\1"),
		"IP 10.0.0.1 > 10.0.0.2: ICMP host 10.0.0.2 unreachable - "
		"admin prohibited, length 36\n");
	stop(&s);
}

static void an_unknown_type_is_dumped(void **state)
{
	struct state s = start(&bare);

	(void)state;
	assert_string_equal(
		LINE(&s, LINK_ETHERNET,
		     ETHER "\x12\x34"
			   "abc"),
		"02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype Unknown "
		"(0x1234), length 17: \n"
		"\t0x0000:  6162 63                                  abc\n");
	assert_null(s.result.beyond);
	stop(&s);
}

static void what_is_not_covered_is_said_to_be_beyond(void **state)
{
	struct state s = start(&bare);

	(void)state;
	(void)LINE(&s, LINK_RAW, IP("\x00\x1c", "\x59") "\0\0\0\0\0\0\0\0");
	assert_string_equal(s.result.beyond, "ospf");
	(void)LINE(&s, LINK_RAW, SYN);
	assert_null(s.result.beyond);
	stop(&s);
}

static void impossible_lengths_get_no_time(void **state)
{
	const struct line_options options = { .numeric = true, .number = true };
	struct state s = start(&options);

	(void)state;
	assert_string_equal(line_of(&s, LINK_RAW, "", 0, 0),
			    "    7  [Invalid header: caplen==0, len==0]\n");
	assert_string_equal(line_of(&s, LINK_RAW, "abcd", 4, 3),
			    "    7  [Invalid header: len(3) < caplen(4)]\n");
	stop(&s);
}

/* Seconds, microseconds, and what the form makes of it. */
static void print_at(struct state *s, int64_t time_ns, uint16_t excess_s)
{
	const struct frame f = { .link = LINK_RAW,
				 .time_ns = time_ns,
				 .excess_s = excess_s,
				 .caplen = 1,
				 .len = 1,
				 .data = (const uint8_t *)"\x70" };

	line_print(s->printer, &f, &s->out, &s->result);
}

static void each_form_of_time_is_tcpdumps(void **state)
{
	static const char *const expected[] = {
		"09:00:01.000002 unknown ip 7\n09:00:00.500000 unknown ip 7\n",
		"unknown ip 7\nunknown ip 7\n",
		"1.000002 unknown ip 7\n0.500000 unknown ip 7\n",
		" 00:00:00.000000 unknown ip 7\n-00:00:00.500002 unknown ip 7\n",
		("1970-01-01 09:00:01.000002 unknown ip 7\n"
		 "1970-01-01 09:00:00.500000 unknown ip 7\n"),
		" 00:00:00.000000 unknown ip 7\n-00:00:00.500002 unknown ip 7\n",
	};

	(void)state;
	assert_int_equal(setenv("TZ", "Asia/Tokyo", 1), 0);
	for (int form = 0; form < 6; form++) {
		const struct line_options options = { .numeric = true,
						      .time_form = form };
		struct state s = start(&options);

		print_at(&s, 1000002999, 0);
		print_at(&s, 500000000, 0);
		assert_string_equal(text_string(&s.out), expected[form]);
		stop(&s);
	}
}

static void an_invalid_fraction_is_printed_as_it_is(void **state)
{
	const struct line_options options = { .numeric = true, .time_form = 2 };
	struct state s = start(&options);

	(void)state;
	print_at(&s, 12500000000, 2);
	assert_string_equal(text_string(&s.out), "10.2500000 unknown ip 7\n");
	stop(&s);
}

static void many_flows_keep_their_bases(void **state)
{
	enum { FLOWS = 5000 };

	char bytes[] = IP("\x00\x28", "\x06")
		TCP("\0\0\x03\xe9", "\0\0\x07\xd1", "\x11");
	struct state s = start(&bare);

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < FLOWS; i++) {
			const char *line;

			bytes[14] = (char)(i >> 8);
			bytes[15] = (char)i;
			line = LINE(&s, LINK_RAW, bytes);
			assert_non_null(strstr(line, round ? "seq 0, ack 1,"
							   : "seq 1001, "));
		}
	}
	stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_handshake_is_printed_relative_from_the_third_segment),
		cmocka_unit_test(absolute_numbers_stay_what_they_are),
		cmocka_unit_test(a_line_alone_counts_from_the_bases_given),
		cmocka_unit_test(a_cut_header_names_its_protocol),
		cmocka_unit_test(a_length_beyond_the_frame_is_told),
		cmocka_unit_test(an_icmp_error_names_what_it_is_about),
		cmocka_unit_test(an_unknown_type_is_dumped),
		cmocka_unit_test(what_is_not_covered_is_said_to_be_beyond),
		cmocka_unit_test(impossible_lengths_get_no_time),
		cmocka_unit_test(each_form_of_time_is_tcpdumps),
		cmocka_unit_test(an_invalid_fraction_is_printed_as_it_is),
		cmocka_unit_test(many_flows_keep_their_bases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
