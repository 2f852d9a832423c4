#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire.h"

/* A segment with these options behind the usual IPv4 header, padded with
 * NOPs to a whole number of words. */
static void with_options(struct packet *p, const void *options, size_t len)
{
	struct wire w = { .len = 0 };
	unsigned padded = (unsigned)(len + 3) / 4 * 4;
	size_t at = put_ip4(&w, PACKET_TCP);

	(void)put_tcp(&w, TCP_SYN, padded);
	put_bytes(&w, options, len);
	while (len++ < padded)
		put(&w, 1, 1);
	end4(&w, at);
	decode(p, &w, LINK_RAW);
}

#define OPTIONS(p, literal) with_options(p, literal, sizeof(literal) - 1)

static void every_option_is_read(void **state)
{
	struct packet p;

	(void)state;
	OPTIONS(&p, "\x02\x04\x05\xb4\x04\x02\x08\x0a\x01\x02\x03\x04"
		    "\x05\x06\x07\x08\x01\x03\x03\x07");
	assert_true(p.marks & PACKET_OPTIONS);
	assert_int_equal(p.tcp.mss, 1460);
	assert_true(p.tcp.sack_permitted);
	assert_true(p.tcp.has_timestamp);
	assert_int_equal(p.tcp.ts_value, 0x01020304);
	assert_int_equal(p.tcp.ts_echo, 0x05060708);
	assert_int_equal(p.tcp.window_scale, 7);
	assert_false(p.tcp.has_md5);
	assert_false(p.tcp.has_fast_open);
}

static void a_header_without_options_has_none(void **state)
{
	struct packet p;

	(void)state;
	OPTIONS(&p, "");
	assert_true(p.marks & PACKET_OPTIONS);
	assert_int_equal(p.tcp.mss, 0);
	assert_int_equal(p.tcp.window_scale, 0xff);
	assert_false(p.tcp.sack_permitted);
	assert_false(p.tcp.has_timestamp);
	assert_int_equal(p.tcp.sack_count, 0);
}

static void a_lone_timestamp_is_read_alike(void **state)
{
	struct packet p;

	(void)state;
	OPTIONS(&p, "\x01\x01\x08\x0a\xfe\xdc\xba\x98\x01\x02\x03\x04");
	assert_true(p.marks & PACKET_OPTIONS);
	assert_true(p.tcp.has_timestamp);
	assert_true(p.tcp.ts_value == 0xfedcba98);
	assert_int_equal(p.tcp.ts_echo, 0x01020304);
}

static void signatures_of_both_kinds_are_seen(void **state)
{
	struct packet p;

	(void)state;
	OPTIONS(&p, "\x13\x12 sixteen bytes..");
	assert_true(p.tcp.has_md5);
	OPTIONS(&p, "\x1d\x10\x01\x02twelve bytes");
	assert_true(p.tcp.has_md5);
	assert_true(p.marks & PACKET_OPTIONS);
}

static void fast_open_is_seen_with_and_without_a_cookie(void **state)
{
	struct packet p;

	(void)state;
	OPTIONS(&p, "\x22\x02");
	assert_true(p.tcp.has_fast_open);
	OPTIONS(&p, "\x22\x0a"
		    "12345678");
	assert_true(p.tcp.has_fast_open);
}

static void sack_blocks_are_read_up_to_four(void **state)
{
	struct packet p;

	(void)state;
	OPTIONS(&p, "\x01\x01\x05\x12\x00\x00\x00\x01\x00\x00\x00\x02"
		    "\xff\xff\xff\xfe\xff\xff\xff\xff");
	assert_int_equal(p.tcp.sack_count, 2);
	assert_int_equal(p.tcp.sack[0].left, 1);
	assert_int_equal(p.tcp.sack[0].right, 2);
	assert_true(p.tcp.sack[1].left == 0xfffffffe);
	assert_true(p.tcp.sack[1].right == 0xffffffff);
	OPTIONS(&p, "\x05\x22"
		    "11112222333344445555666677778888");
	assert_int_equal(p.tcp.sack_count, 4);
	/* Two options may hold more blocks than a packet has room for. */
	OPTIONS(&p, "\x05\x1a"
		    "111122223333444455556666"
		    "\x05\x0a"
		    "88889999");
	assert_int_equal(p.tcp.sack_count, 4);
	assert_int_equal(p.tcp.sack[3].left, 0x38383838);
}

static void half_a_sack_block_is_not_read(void **state)
{
	struct packet p;

	(void)state;
	OPTIONS(&p, "\x05\x0e"
		    "111122223333");
	assert_int_equal(p.tcp.sack_count, 1);
	assert_true(p.marks & PACKET_OPTIONS);
}

/* RFC 7323 2.3 */
static void a_shift_beyond_fourteen_counts_as_fourteen(void **state)
{
	struct packet p;

	(void)state;
	OPTIONS(&p, "\x03\x03\x0e");
	assert_int_equal(p.tcp.window_scale, 14);
	OPTIONS(&p, "\x03\x03\x0f");
	assert_int_equal(p.tcp.window_scale, 14);
	OPTIONS(&p, "\x03\x03\x00");
	assert_int_equal(p.tcp.window_scale, 0);
}

static void unknown_options_are_stepped_over(void **state)
{
	struct packet p;

	(void)state;
	OPTIONS(&p, "\xfe\x06\xf9\x89xy"
		    "\x1e\x08zzzzzz"
		    "\x02\x04\x05\x64");
	assert_int_equal(p.tcp.mss, 1380);
	assert_true(p.marks & PACKET_OPTIONS);
}

static void nothing_is_read_behind_the_end(void **state)
{
	struct packet p;

	(void)state;
	OPTIONS(&p, "\x00\x02\x04\x05\xb4\x00\x00\x00");
	assert_int_equal(p.tcp.mss, 0);
	assert_true(p.marks & PACKET_OPTIONS);
}

/* A length that cannot be: of 0, of 1, beyond the header, or none at all. */
static void a_wrong_length_ends_the_reading(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} rows[] = {
		{ "\x02\x00\x05\xb4\x04\x02\x01\x01", 8 },
		{ "\x02\x01\x05\xb4\x04\x02\x01\x01", 8 },
		{ "\x02\x09\x05\xb4\x04\x02\x01\x01", 8 },
		{ "\x02\xff\x05\xb4\x04\x02\x01\x01", 8 },
		{ "\x01\x01\x01\x02", 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct packet p;

		with_options(&p, rows[i].bytes, rows[i].len);
		assert_int_equal(p.marks & PACKET_OPTIONS, 0);
		assert_int_equal(p.tcp.mss, 0);
		assert_false(p.tcp.sack_permitted);
		assert_true(p.marks & PACKET_SEQ);
		assert_true(p.marks & PACKET_LENGTH);
	}
}

static void a_body_that_is_too_short_gives_no_value(void **state)
{
	struct packet p;

	(void)state;
	OPTIONS(&p, "\x02\x03\x05"
		    "\x08\x09\x01\x02\x03\x04\x05\x06\x07");
	assert_int_equal(p.tcp.mss, 0);
	assert_false(p.tcp.has_timestamp);
	OPTIONS(&p, "\x02\x02\x08\x02\x05\x02\x01\x01");
	assert_int_equal(p.tcp.mss, 0);
	assert_false(p.tcp.has_timestamp);
	assert_int_equal(p.tcp.sack_count, 0);
}

/* The snaplen cut them: what was read stays, and it is known to be less. */
static void cut_options_are_not_taken_for_all(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	(void)put_ip4(&w, PACKET_TCP);
	(void)put_tcp(&w, TCP_SYN, 12);
	put(&w, 0x020405b4, 4);
	put(&w, UINT64_C(0x0101040201030307), 8);
	end4(&w, 0);
	for (size_t len = 40; len < w.len; len++) {
		decode_cut(&p, &w, LINK_RAW, len);
		assert_true(p.marks & PACKET_TRUNCATED);
		assert_int_equal(p.tcp.mss, len < 44 ? 0 : 1460);
		assert_int_equal(p.tcp.window_scale, 0xff);
	}
	decode(&p, &w, LINK_RAW);
	assert_int_equal(p.tcp.window_scale, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_option_is_read),
		cmocka_unit_test(a_header_without_options_has_none),
		cmocka_unit_test(a_lone_timestamp_is_read_alike),
		cmocka_unit_test(signatures_of_both_kinds_are_seen),
		cmocka_unit_test(fast_open_is_seen_with_and_without_a_cookie),
		cmocka_unit_test(sack_blocks_are_read_up_to_four),
		cmocka_unit_test(half_a_sack_block_is_not_read),
		cmocka_unit_test(a_shift_beyond_fourteen_counts_as_fourteen),
		cmocka_unit_test(unknown_options_are_stepped_over),
		cmocka_unit_test(nothing_is_read_behind_the_end),
		cmocka_unit_test(a_wrong_length_ends_the_reading),
		cmocka_unit_test(a_body_that_is_too_short_gives_no_value),
		cmocka_unit_test(cut_options_are_not_taken_for_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
