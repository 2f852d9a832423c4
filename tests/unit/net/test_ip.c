#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire.h"

static void the_header_of_ipv4_is_read(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	put_syn(&w);
	decode(&p, &w, LINK_RAW);
	assert_syn(&p, 1);
	assert_int_equal(p.ttl, 64);
	assert_int_equal(p.ip_id, 0x12f1);
	assert_true(p.marks & PACKET_TTL);
	assert_true(p.marks & PACKET_DF);
	assert_int_equal(p.marks & PACKET_FLOW_LABEL, 0);
	patch16(&w, 6, 0);
	decode(&p, &w, LINK_RAW);
	assert_int_equal(p.marks & PACKET_DF, 0);
}

static void ipv4_options_are_stepped_over(void **state)
{
	for (unsigned words = 1; words <= 10; words++) {
		struct wire w = { .len = 0 };
		struct packet p;

		(void)state;
		(void)put_ip4(&w, PACKET_TCP);
		w.data[0] = (uint8_t)(0x45 + words);
		for (unsigned i = 0; i < words; i++)
			put(&w, 0x94040000, 4); /* router alert */
		(void)put_tcp(&w, TCP_SYN, 0);
		put(&w, 0x61, 1);
		end4(&w, 0);
		decode(&p, &w, LINK_RAW);
		assert_syn(&p, 1);
		assert_int_equal(p.payload_len, 1);
		assert_int_equal(p.payload[0], 0x61);
	}
}

static void a_header_length_below_five_is_no_packet(void **state)
{
	for (unsigned words = 0; words < 5; words++) {
		struct wire w = { .len = 0 };
		struct packet p;

		(void)state;
		put_syn(&w);
		w.data[0] = (uint8_t)(0x40 + words);
		decode(&p, &w, LINK_RAW);
		assert_int_equal(p.protocol, PACKET_NOT_IP);
		assert_int_equal(p.version, 0);
		assert_int_equal(p.marks & PACKET_PORTS, 0);
	}
}

static void ethernets_padding_is_not_payload(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	put_ethernet(&w, 0x0800);
	put_syn(&w);
	put(&w, 0, 6);
	decode(&p, &w, LINK_ETHERNET);
	assert_syn(&p, 1);
	assert_int_equal(p.payload_len, 0);
	assert_int_equal(p.payload_caplen, 0);
}

/* Segmentation offload hands frames to the capture before they have one. */
static void a_total_length_of_zero_means_the_whole_frame(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	(void)put_ip4(&w, PACKET_TCP);
	(void)put_tcp(&w, TCP_ACK, 0);
	for (int i = 0; i < 100; i++)
		put(&w, 0x61, 1);
	decode(&p, &w, LINK_RAW);
	assert_int_equal(p.payload_len, 100);
	decode_cut(&p, &w, LINK_RAW, 60);
	assert_int_equal(p.payload_len, 100);
	assert_int_equal(p.payload_caplen, 20);
}

static void a_total_length_below_the_headers_holds_no_tcp(void **state)
{
	static const uint16_t totals[] = { 1, 19, 20, 30, 39 };
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	put_syn(&w);
	for (size_t i = 0; i < sizeof(totals) / sizeof(*totals); i++) {
		patch16(&w, 2, totals[i]);
		decode(&p, &w, LINK_RAW);
		assert_int_equal(p.marks & PACKET_LENGTH, 0);
		assert_true(p.marks & PACKET_TRUNCATED);
	}
}

/* The header is the better witness of what was sent. */
static void a_total_length_beyond_the_frame_is_kept(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	put_syn(&w);
	patch16(&w, 2, 1500);
	decode(&p, &w, LINK_RAW);
	assert_int_equal(p.payload_len, 1460);
	assert_int_equal(p.payload_caplen, 0);
}

static void the_first_fragment_has_ports_and_later_ones_none(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	put_syn(&w);
	patch16(&w, 6, 0x2000);
	decode(&p, &w, LINK_RAW);
	assert_true(p.marks & PACKET_FIRST_FRAGMENT);
	assert_true(p.marks & PACKET_PORTS);
	assert_int_equal(p.marks & PACKET_BAD_CHECKSUM, 0);
	for (uint16_t offset = 1; offset < 0x2000;
	     offset = (uint16_t)(offset * 2)) {
		patch16(&w, 6, offset);
		decode(&p, &w, LINK_RAW);
		assert_true(p.marks & PACKET_LATER_FRAGMENT);
		assert_int_equal(p.protocol, PACKET_TCP);
		assert_int_equal(p.marks & PACKET_PORTS, 0);
		assert_int_equal(p.marks & PACKET_FIRST_FRAGMENT, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_of_ipv4_is_read),
		cmocka_unit_test(ipv4_options_are_stepped_over),
		cmocka_unit_test(a_header_length_below_five_is_no_packet),
		cmocka_unit_test(ethernets_padding_is_not_payload),
		cmocka_unit_test(a_total_length_of_zero_means_the_whole_frame),
		cmocka_unit_test(a_total_length_below_the_headers_holds_no_tcp),
		cmocka_unit_test(a_total_length_beyond_the_frame_is_kept),
		cmocka_unit_test(
			the_first_fragment_has_ports_and_later_ones_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
