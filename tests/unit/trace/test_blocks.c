/* What the reader of pcapng promises: blocks of every kind, sections and
 * interfaces that differ, and what becomes of damaged files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture_file.h"

static void blocks_of_both_byte_orders_are_frames(void **state)
{
	(void)state;
	for (int is_big = 0; is_big < 2; is_big++) {
		struct file f = { .is_big = is_big };
		struct result r;

		put_begin(&f);
		put_syn(&f, 0);
		put_syn(&f, 1);
		r = open_all(&f);
		assert_int_equal(r.count, 2);
		assert_int_equal(problems_count(r.problems), 0);
		assert_true(r.about.is_pcapng);
		assert_int_equal(r.about.link, LINK_ETHERNET);
		assert_int_equal(r.about.snaplen, 262144);
		is_syn(&r.frames[0], 0, 1);
		is_syn(&r.frames[1], 1, 2);
		assert_int_equal(r.frames[0].offset, 48);
		done(&f, &r);
	}
}

static void sections_and_interfaces_may_differ(void **state)
{
	struct file f = { 0 };
	struct result r;

	(void)state;
	put_begin(&f);
	put_interface(&f, 113, 100, NULL, 0);
	put_packet(&f, 1, 0, SYN_LEN);
	put_syn(&f, 0);
	f.is_big = true;
	put_section(&f);
	put_interface(&f, 12, 0, NULL, 0);
	put_packet(&f, 0, 0, SYN_LEN);
	r = open_all(&f);
	assert_int_equal(r.count, 3);
	assert_int_equal(problems_count(r.problems), 0);
	assert_int_equal(r.frames[0].link, LINK_LINUX_SLL);
	assert_int_equal(r.frames[1].link, LINK_ETHERNET);
	assert_int_equal(r.frames[2].link, LINK_RAW);
	done(&f, &r);
}

static void times_count_in_the_interface_s_unit(void **state)
{
	static const struct {
		uint8_t resolution;
		uint64_t offset;
		uint64_t units;
		int64_t time_ns;
	} cases[] = {
		{ 9, 0, 1700000000123456789, 1700000000123456789 },
		{ 0, 0, 17, 17 * CLOCK_SECOND },
		{ 12, 0, 5000000000123, 5000000000 },
		{ 0x80 | 10, 0, 1024 + 512, 1500000000 },
		{ 0x80 | 40, 0, UINT64_C(3) << 39, 1500000000 },
		{ 6, 1000, 1, 1000 * CLOCK_SECOND + 1000 },
		{ 6, (uint64_t)-2, 3000000, CLOCK_SECOND },
		{ 6, 0, UINT64_MAX, INT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct option options[] = { { 9, 1, cases[i].resolution },
					    { 14, 8, cases[i].offset } };
		struct file f = { 0 };
		struct result r;

		put_section(&f);
		put_interface(&f, 1, 0, options, 2);
		put_packet(&f, 0, cases[i].units, SYN_LEN);
		r = open_all(&f);
		assert_int_equal(r.count, 1);
		assert_int_equal(r.frames[0].time_ns, cases[i].time_ns);
		assert_int_equal(problems_count(r.problems), 0);
		done(&f, &r);
	}
}

static void malformed_options_are_problems_and_no_end(void **state)
{
	static const struct {
		struct option options[2];
		const char *text;
	} cases[] = {
		{ { { 9, 2, 9 }, { 0 } },
		  "if_tsresol option with length 2 != 1" },
		{ { { 14, 4, 9 }, { 0 } },
		  "if_tsoffset option with length 4 != 8" },
		{ { { 9, 1, 20 }, { 0 } }, "resolution 10^-20 is too high" },
		{ { { 9, 1, 0xc0 }, { 0 } }, "resolution 2^-64 is too high" },
		{ { { 9, 1, 6 }, { 9, 1, 6 } }, "more than one if_tsresol" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct file f = { 0 };
		struct result r;

		put_section(&f);
		put_interface(&f, 1, 0, cases[i].options, 2);
		put_syn(&f, 0);
		r = open_all(&f);
		assert_int_equal(r.count, 1);
		is_syn(&r.frames[0], 0, 1);
		assert_int_equal(problems_count(r.problems), 1);
		has_problem(&r, 0, 1, 28, cases[i].text);
		done(&f, &r);
	}
}

static void simple_packets_are_as_long_as_the_snapshots(void **state)
{
	struct file f = { 0 };
	struct file body = { 0 };
	struct result r;

	(void)state;
	put_section(&f);
	put_interface(&f, 1, 20, NULL, 0);
	put(&body, SYN_LEN, 4);
	text_bytes(&body.bytes, syn, 20);
	put_block(&f, 3, &body);
	r = open_all(&f);
	assert_int_equal(r.count, 1);
	assert_int_equal(r.frames[0].caplen, 20);
	assert_int_equal(r.frames[0].len, SYN_LEN);
	assert_int_equal(r.frames[0].time_ns, 0);
	text_done(&body.bytes);
	done(&f, &r);
}

static void old_packet_blocks_are_frames(void **state)
{
	struct file f = { 0 };
	struct file body = { 0 };
	struct result r;

	(void)state;
	put_begin(&f);
	put(&body, 0, 2);
	put(&body, 77, 2);
	put(&body, 0, 4);
	put(&body, 1, 4);
	put(&body, SYN_LEN, 4);
	put(&body, SYN_LEN, 4);
	text_bytes(&body.bytes, syn, SYN_LEN);
	put_block(&f, 2, &body);
	r = open_all(&f);
	assert_int_equal(r.count, 1);
	assert_int_equal(r.frames[0].time_ns, 1000);
	assert_memory_equal(r.frames[0].data, syn, SYN_LEN);
	text_done(&body.bytes);
	done(&f, &r);
}

static void other_blocks_are_passed_over_however_long(void **state)
{
	struct file f = { 0 };
	struct file body = { 0 };
	struct result r;

	(void)state;
	put_begin(&f);
	put_syn(&f, 0);
	put(&body, 0, 8);
	put_block(&f, 0x0bad, &body);
	text_fill(&body.bytes, 'x', 3 << 20);
	put_block(&f, 10, &body);
	put_syn(&f, 1);
	r = open_all(&f);
	assert_int_equal(r.count, 2);
	assert_int_equal(problems_count(r.problems), 0);
	text_done(&body.bytes);
	done(&f, &r);
}

static void packets_without_an_interface_are_problems(void **state)
{
	struct file f = { 0 };
	struct result r;

	(void)state;
	put_begin(&f);
	put_packet(&f, 3, 0, SYN_LEN);
	put_syn(&f, 0);
	r = open_all(&f);
	assert_int_equal(r.count, 1);
	has_problem(
		&r, 0, 1, 48,
		"a packet arrived on interface 3, but there's no Interface Description Block for that interface");
	done(&f, &r);
}

static void a_section_without_interfaces_is_a_problem(void **state)
{
	struct file f = { 0 };
	struct result r;

	(void)state;
	put_section(&f);
	r = open_all(&f);
	assert_int_equal(r.count, 0);
	assert_int_equal(r.about.link, -1);
	has_problem(&r, 0, 0, 0,
		    "the capture file has no Interface Description Blocks");
	done(&f, &r);
}

static void a_packet_longer_than_its_block_is_left_out(void **state)
{
	struct file f = { 0 };
	struct result r;

	(void)state;
	put_begin(&f);
	put_packet(&f, 0, 0, SYN_LEN + 3);
	put_syn(&f, 1);
	r = open_all(&f);
	assert_int_equal(r.count, 1);
	is_syn(&r.frames[0], 1, 1);
	has_problem(&r, 0, 1, 48,
		    "block of type 6 in pcapng dump file is too short");
	done(&f, &r);
}

static void reading_goes_on_after_a_wrong_trailer(void **state)
{
	struct file f = { 0 };
	struct result r;

	(void)state;
	put_begin(&f);
	put_syn(&f, 0);
	put_syn(&f, 1);
	f.bytes.data[f.bytes.len - 1] = 1;
	put_syn(&f, 2);
	put_syn(&f, 3);
	r = open_all(&f);
	assert_int_equal(r.count, 3);
	is_syn(&r.frames[1], 2, 2);
	has_problem(&r, 0, 2, 140,
		    "block total length in header and trailer don't match");
	has_problem(&r, 1, 2, 232, "92 bytes before were left out");
	done(&f, &r);
}

static void reading_goes_on_after_a_wrong_block_length(void **state)
{
	static const struct {
		uint32_t len;
		const char *text;
	} cases[] = {
		{ 8, "has a length of 8 < 12" },
		{ 93, "has a length of 93 that is not a multiple of 4" },
		{ 1 << 30, "pcapng block size 1073741824 > maximum 16777216" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct file f = { 0 };
		struct result r;

		put_begin(&f);
		put_syn(&f, 0);
		put(&f, 6, 4);
		put(&f, cases[i].len, 4);
		put(&f, 0, 33);
		put_syn(&f, 1);
		put_syn(&f, 2);
		r = open_all(&f);
		assert_int_equal(r.count, 3);
		has_problem(&r, 0, 2, 140, cases[i].text);
		has_problem(&r, 1, 2, 181, "41 bytes before were left out");
		done(&f, &r);
	}
}

static void a_cut_block_is_reported(void **state)
{
	struct file f = { 0 };
	struct result r;

	(void)state;
	put_begin(&f);
	put_syn(&f, 0);
	put_syn(&f, 1);
	text_cut(&f.bytes, f.bytes.len - 10);
	r = open_all(&f);
	assert_int_equal(r.count, 1);
	assert_int_equal(problems_count(r.problems), 1);
	has_problem(
		&r, 0, 2, 140,
		"truncated pcapng dump file; tried to read 84 bytes, only got 74");
	done(&f, &r);
}

static void bytes_may_arrive_one_by_one(void **state)
{
	struct file f = { 0 };
	struct problems *problems = problems_new();
	struct frame frame;
	struct capture *c;

	(void)state;
	put_begin(&f);
	put_syn(&f, 0);
	put_syn(&f, 1);
	assert_int_equal(capture_open_memory(&c, f.bytes.data, f.bytes.len, 1,
					     "slow", problems),
			 0);
	for (uint32_t i = 0; i < 2; i++) {
		assert_int_equal(capture_next(c, &frame, 1), 1);
		is_syn(&frame, i, i + 1);
	}
	assert_int_equal(capture_next(c, &frame, 1), 0);
	assert_int_equal(capture_next(c, &frame, 1), 0);
	capture_close(c);
	problems_free(problems);
	text_done(&f.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_of_both_byte_orders_are_frames),
		cmocka_unit_test(sections_and_interfaces_may_differ),
		cmocka_unit_test(times_count_in_the_interface_s_unit),
		cmocka_unit_test(malformed_options_are_problems_and_no_end),
		cmocka_unit_test(simple_packets_are_as_long_as_the_snapshots),
		cmocka_unit_test(old_packet_blocks_are_frames),
		cmocka_unit_test(other_blocks_are_passed_over_however_long),
		cmocka_unit_test(packets_without_an_interface_are_problems),
		cmocka_unit_test(a_section_without_interfaces_is_a_problem),
		cmocka_unit_test(a_packet_longer_than_its_block_is_left_out),
		cmocka_unit_test(reading_goes_on_after_a_wrong_trailer),
		cmocka_unit_test(reading_goes_on_after_a_wrong_block_length),
		cmocka_unit_test(a_cut_block_is_reported),
		cmocka_unit_test(bytes_may_arrive_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
