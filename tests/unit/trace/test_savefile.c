/* What the reader of pcap promises: every frame, its time, its place, and what
 * becomes of damaged files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture_file.h"

static void both_byte_orders_give_the_same_frames(void **state)
{
	(void)state;
	for (int is_big = 0; is_big < 2; is_big++) {
		struct file f = { .is_big = is_big };
		struct result r;

		put_plain_header(&f);
		put_records(&f, 0, 3);
		r = open_all(&f);
		assert_int_equal(r.count, 3);
		assert_int_equal(problems_count(r.problems), 0);
		assert_int_equal(r.about.link, LINK_ETHERNET);
		assert_int_equal(r.about.snaplen, 65535);
		assert_false(r.about.is_pcapng);
		for (uint32_t i = 0; i < 3; i++) {
			is_syn(&r.frames[i], i, i + 1);
			assert_int_equal(r.frames[i].offset, 24 + 74 * i);
		}
		done(&f, &r);
	}
}

static void nanoseconds_are_read_as_such(void **state)
{
	struct file f = { 0 };
	struct result r;

	(void)state;
	put_header(&f, 0xa1b23c4d, 4, 65535, 1);
	put_record(&f, 7);
	r = open_all(&f);
	assert_int_equal(r.count, 1);
	assert_int_equal(r.frames[0].time_ns, (START + 7) * CLOCK_SECOND + 7);
	done(&f, &r);
}

static void modified_records_have_eight_more_bytes(void **state)
{
	struct file f = { 0 };
	struct result r;

	(void)state;
	put_header(&f, 0xa1b2cd34, 4, 1500, 1);
	for (uint32_t i = 0; i < 2; i++) {
		put_head(&f, START + i, i, SYN_LEN, SYN_LEN);
		put(&f, 0x0000000800000002, 8);
		text_bytes(&f.bytes, syn, SYN_LEN);
	}
	r = open_all(&f);
	assert_int_equal(r.count, 2);
	is_syn(&r.frames[1], 1, 2);
	assert_int_equal(r.about.snaplen, 1514);
	done(&f, &r);
}

static void old_versions_have_their_lengths_exchanged(void **state)
{
	static const struct {
		uint16_t minor;
		uint32_t first, second;
	} cases[] = { { 2, 99, SYN_LEN },
		      { 3, 99, SYN_LEN },
		      { 3, SYN_LEN, 99 } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct file f = { 0 };
		struct result r;

		put_header(&f, 0xa1b2c3d4, cases[i].minor, 65535, 1);
		put_head(&f, START, 0, cases[i].first, cases[i].second);
		text_bytes(&f.bytes, syn, SYN_LEN);
		r = open_all(&f);
		assert_int_equal(r.count, 1);
		assert_int_equal(r.frames[0].caplen, SYN_LEN);
		assert_int_equal(r.frames[0].len, 99);
		done(&f, &r);
	}
}

static void a_wrong_version_is_told_and_plain_records_are_read(void **state)
{
	struct file f = { 0 };
	struct result r;

	(void)state;
	put_header(&f, 0xa1b2c3d4, 5, 65535, 1);
	put_records(&f, 0, 3);
	r = open_all(&f);
	has_problem(&r, 0, 1, 24, "unsupported pcap savefile version 2.5");
	has_problem(&r, 1, 1, 24, "begin again here");
	assert_int_equal(r.count, 3);
	done(&f, &r);
}

static void link_types_are_what_linktype_says(void **state)
{
	static const struct {
		uint32_t written;
		uint16_t link;
	} cases[] = { { 1, 1 },     { 12, 101 },  { 14, 101 },
		      { 101, 101 }, { 276, 276 }, { 0xf4000001, 1 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct file f = { 0 };
		struct result r;

		put_header(&f, 0xa1b2c3d4, 4, 65535, cases[i].written);
		put_record(&f, 0);
		r = open_all(&f);
		assert_int_equal(r.count, 1);
		assert_int_equal(r.frames[0].link, cases[i].link);
		assert_int_equal(r.about.link, cases[i].link);
		done(&f, &r);
	}
}

static void more_than_the_snaplen_is_cut_to_it(void **state)
{
	struct file f = { 0 };
	struct result r;

	(void)state;
	put_header(&f, 0xa1b2c3d4, 4, 20, 1);
	put_records(&f, 0, 3);
	r = open_all(&f);
	assert_int_equal(r.count, 3);
	assert_int_equal(r.frames[2].caplen, 20);
	assert_int_equal(r.frames[2].len, SYN_LEN);
	assert_int_equal(problems_count(r.problems), 0);
	done(&f, &r);
}

static void an_invalid_time_keeps_its_excess(void **state)
{
	struct file f = { 0 };
	struct result r;

	(void)state;
	put_plain_header(&f);
	put_head(&f, START, 2500000, SYN_LEN, SYN_LEN);
	text_bytes(&f.bytes, syn, SYN_LEN);
	put_record(&f, 0);
	r = open_all(&f);
	assert_int_equal(r.count, 2);
	assert_int_equal(r.frames[0].time_ns,
			 (START + 2) * CLOCK_SECOND + CLOCK_SECOND / 2);
	assert_int_equal(r.frames[0].excess_s, 2);
	assert_int_equal(r.frames[1].excess_s, 0);
	done(&f, &r);
}

static void time_may_go_back_and_jump(void **state)
{
	struct file f = { 0 };
	struct result r;

	(void)state;
	put_plain_header(&f);
	put_record(&f, 90);
	put_record(&f, 0);
	put_head(&f, 0, 0, SYN_LEN, SYN_LEN);
	text_bytes(&f.bytes, syn, SYN_LEN);
	put_record(&f, 100000000);
	r = open_all(&f);
	assert_int_equal(r.count, 4);
	assert_int_equal(problems_count(r.problems), 0);
	done(&f, &r);
}

static void a_cut_record_is_reported_with_its_place(void **state)
{
	struct file f = { 0 };
	struct result r;

	(void)state;
	put_plain_header(&f);
	put_records(&f, 0, 3);
	text_cut(&f.bytes, f.bytes.len - 3);
	r = open_all(&f);
	assert_int_equal(r.count, 2);
	assert_int_equal(problems_count(r.problems), 1);
	has_problem(
		&r, 0, 3, 172,
		"truncated dump file; tried to read 58 captured bytes, only got 55");
	assert_int_equal(r.about.skipped, 71);
	done(&f, &r);
}

static void a_cut_record_header_is_reported(void **state)
{
	struct file f = { 0 };
	struct result r;

	(void)state;
	put_plain_header(&f);
	put_records(&f, 0, 2);
	text_cut(&f.bytes, f.bytes.len - 60);
	r = open_all(&f);
	assert_int_equal(r.count, 1);
	assert_int_equal(problems_count(r.problems), 1);
	has_problem(
		&r, 0, 2, 98,
		"truncated dump file; tried to read 16 header bytes, only got 14");
	done(&f, &r);
}

static void a_cut_file_header_is_reported(void **state)
{
	struct file f = { 0 };
	struct result r;

	(void)state;
	put_plain_header(&f);
	text_cut(&f.bytes, 20);
	r = open_all(&f);
	assert_int_equal(r.count, 0);
	assert_int_equal(r.about.link, -1);
	has_problem(&r, 0, 0, 0,
		    "tried to read 24 file header bytes, only got 20");
	done(&f, &r);
}

static void reading_goes_on_after_an_absurd_length(void **state)
{
	struct file f = { 0 };
	struct result r;

	(void)state;
	put_plain_header(&f);
	put_records(&f, 0, 2);
	put_head(&f, START + 2, 2, 0x7fffffff, SYN_LEN);
	text_bytes(&f.bytes, syn, SYN_LEN);
	put_records(&f, 3, 4);
	r = open_all(&f);
	assert_int_equal(r.count, 6);
	is_syn(&r.frames[2], 3, 3);
	is_syn(&r.frames[5], 6, 6);
	assert_int_equal(problems_count(r.problems), 2);
	has_problem(
		&r, 0, 3, 172,
		"invalid packet capture length 2147483647, bigger than snaplen of 65535");
	has_problem(&r, 1, 3, 246, "74 bytes before were left out");
	assert_int_equal(r.about.skipped, 74);
	done(&f, &r);
}

static void a_length_beyond_the_maximum_is_told_apart(void **state)
{
	struct file f = { 0 };
	struct result r;

	(void)state;
	put_header(&f, 0xa1b2c3d4, 4, 0x7fffffff, 1);
	put_head(&f, START, 0, 300000, 300000);
	r = open_all(&f);
	assert_int_equal(r.count, 0);
	has_problem(
		&r, 0, 1, 24,
		"invalid packet capture length 300000, bigger than maximum of 262144");
	has_problem(&r, 1, 1, 40, "no whole record was found");
	done(&f, &r);
}

static void a_length_that_takes_in_records_loses_none_of_them(void **state)
{
	struct file f = { 0 };
	struct result r;

	(void)state;
	put_plain_header(&f);
	put_record(&f, 0);
	put_head(&f, START + 1, 1, SYN_LEN + 100, SYN_LEN);
	text_bytes(&f.bytes, syn, SYN_LEN);
	put_records(&f, 2, 5);
	r = open_all(&f);
	assert_int_equal(r.count, 6);
	is_syn(&r.frames[1], 2, 2);
	is_syn(&r.frames[5], 6, 6);
	has_problem(&r, 0, 2, 98, "whole records stand inside it");
	done(&f, &r);
}

static void a_packet_that_took_in_records_is_gone_back_into(void **state)
{
	struct file f = { 0 };
	struct result r;

	(void)state;
	put_plain_header(&f);
	put_record(&f, 0);
	put_head(&f, START + 1, 1, SYN_LEN + 100, SYN_LEN + 100);
	text_bytes(&f.bytes, syn, SYN_LEN);
	put_records(&f, 2, 5);
	r = open_all(&f);

	/* The wrong one is delivered, as libpcap does: nobody can tell. */
	assert_int_equal(r.count, 7);
	is_syn(&r.frames[2], 2, 3);
	is_syn(&r.frames[6], 6, 7);
	has_problem(&r, 1, 3, 172, "whole records begin inside it");
	assert_int_equal(r.about.skipped, 0);
	done(&f, &r);
}

static void missing_bytes_cost_one_record(void **state)
{
	struct file f = { 0 };
	struct file whole = { 0 };
	size_t cut = 24 + 3 * 74 + 30;
	struct result r;

	(void)state;
	put_plain_header(&whole);
	put_records(&whole, 0, 9);
	text_bytes(&f.bytes, whole.bytes.data, cut);
	text_bytes(&f.bytes, whole.bytes.data + cut + 3,
		   whole.bytes.len - cut - 3);
	r = open_all(&f);
	is_syn(&r.frames[2], 2, 3);
	is_syn(&r.frames[r.count - 1], 8, (uint32_t)r.count);
	is_syn(&r.frames[r.count - 5], 4, (uint32_t)r.count - 4);
	assert_true(problems_count(r.problems) > 0);
	text_done(&whole.bytes);
	done(&f, &r);
}

static void garbage_up_to_the_end_is_left_out(void **state)
{
	struct file f = { 0 };
	struct result r;

	(void)state;
	put_plain_header(&f);
	put_records(&f, 0, 2);
	text_fill(&f.bytes, '\xee', 500);
	r = open_all(&f);
	assert_int_equal(r.count, 2);
	has_problem(&r, 0, 3, 172, "invalid packet capture length");
	has_problem(&r, 1, 3, 672,
		    "no whole record was found in the last 500 bytes");
	assert_int_equal(r.about.skipped, 500);
	done(&f, &r);
}

static void zeros_are_told_once_and_got_over(void **state)
{
	struct file f = { 0 };
	struct result r;

	(void)state;
	put_plain_header(&f);
	put_records(&f, 0, 2);
	text_fill(&f.bytes, 0, 99);
	put_records(&f, 2, 4);
	r = open_all(&f);
	has_problem(&r, 0, 3, 172, "nothing but zeros");
	assert_int_equal(problems_count(r.problems), 3);
	is_syn(&r.frames[r.count - 1], 5, (uint32_t)r.count);
	is_syn(&r.frames[r.count - 4], 2, (uint32_t)r.count - 3);
	done(&f, &r);
}

static void joined_files_are_read_as_one(void **state)
{
	struct file f = { 0 };
	struct result r;

	(void)state;
	put_plain_header(&f);
	put_records(&f, 0, 2);
	f.is_big = true;
	put_header(&f, 0xa1b23c4d, 4, 65535, 101);
	put_record(&f, 5);
	r = open_all(&f);
	assert_int_equal(r.count, 3);
	assert_int_equal(r.frames[2].link, LINK_RAW);
	assert_int_equal(r.frames[2].time_ns, (START + 5) * CLOCK_SECOND + 5);
	has_problem(&r, 0, 3, 172, "another capture file begins here");
	done(&f, &r);
}

/* More than the window holds, with records of every length up to the longest. */
static void long_files_are_read_whole(void **state)
{
	enum { RECORDS = 300 };

	struct file f = { 0 };
	struct problems *problems = problems_new();
	struct frame batch[7];
	struct capture *c;
	uint64_t offset = 24;
	uint32_t seen = 0;
	int count;

	(void)state;
	put_header(&f, 0xa1b2c3d4, 4, 262144, 1);
	for (uint32_t i = 0; i < RECORDS; i++) {
		uint32_t len = i * 876;

		put_head(&f, START, i, len, len);
		text_fill(&f.bytes, (char)i, len);
	}
	assert_true(text_ok(&f.bytes));
	assert_int_equal(capture_open_memory(&c, f.bytes.data, f.bytes.len,
					     50000, "long", problems),
			 0);
	while ((count = capture_next(c, batch, 7)) > 0) {
		for (int i = 0; i < count; i++, seen++) {
			const struct frame *b = &batch[i];

			assert_int_equal(b->offset, offset);
			assert_int_equal(b->number, seen + 1);
			assert_int_equal(b->caplen, seen * 876);
			assert_memory_equal(b->data, f.bytes.data + offset + 16,
					    b->caplen);
			offset += 16 + b->caplen;
		}
	}
	assert_int_equal(count, 0);
	assert_int_equal(seen, RECORDS);
	assert_int_equal(problems_count(problems), 0);
	capture_close(c);
	problems_free(problems);
	text_done(&f.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_byte_orders_give_the_same_frames),
		cmocka_unit_test(nanoseconds_are_read_as_such),
		cmocka_unit_test(modified_records_have_eight_more_bytes),
		cmocka_unit_test(old_versions_have_their_lengths_exchanged),
		cmocka_unit_test(
			a_wrong_version_is_told_and_plain_records_are_read),
		cmocka_unit_test(link_types_are_what_linktype_says),
		cmocka_unit_test(more_than_the_snaplen_is_cut_to_it),
		cmocka_unit_test(an_invalid_time_keeps_its_excess),
		cmocka_unit_test(time_may_go_back_and_jump),
		cmocka_unit_test(a_cut_record_is_reported_with_its_place),
		cmocka_unit_test(a_cut_record_header_is_reported),
		cmocka_unit_test(a_cut_file_header_is_reported),
		cmocka_unit_test(reading_goes_on_after_an_absurd_length),
		cmocka_unit_test(a_length_beyond_the_maximum_is_told_apart),
		cmocka_unit_test(
			a_length_that_takes_in_records_loses_none_of_them),
		cmocka_unit_test(
			a_packet_that_took_in_records_is_gone_back_into),
		cmocka_unit_test(missing_bytes_cost_one_record),
		cmocka_unit_test(garbage_up_to_the_end_is_left_out),
		cmocka_unit_test(zeros_are_told_once_and_got_over),
		cmocka_unit_test(joined_files_are_read_as_one),
		cmocka_unit_test(long_files_are_read_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
