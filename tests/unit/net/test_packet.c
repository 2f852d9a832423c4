#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire.h"

static void ethernet_carries_ip_and_tells_its_stations(void **state)
{
	static const uint8_t dst[] = { 2, 0, 0, 0, 0, 2 };
	static const uint8_t src[] = { 2, 0, 0, 0, 0, 1 };
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	put_ethernet(&w, 0x0800);
	put_syn(&w);
	decode(&p, &w, LINK_ETHERNET);
	assert_syn(&p, 1);
	assert_true(p.has_mac);
	assert_memory_equal(p.dst_mac, dst, 6);
	assert_memory_equal(p.src_mac, src, 6);
	assert_int_equal(p.time_ns, 7);
	assert_int_equal(p.frame, 9);
	assert_int_equal(p.marks & PACKET_MULTICAST, 0);
}

static void a_group_address_of_the_link_is_marked(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	put_ethernet(&w, 0x0800);
	put_syn(&w);
	w.data[0] = 0x01;
	decode(&p, &w, LINK_ETHERNET);
	assert_true(p.marks & PACKET_MULTICAST);
}

/* The tags of VLAN, of QinQ new and old, and three deep. */
static void tags_are_passed_through_and_counted(void **state)
{
	static const struct {
		uint16_t tags[3];
		unsigned count;
	} rows[] = {
		{ { 0x8100 }, 1 },
		{ { 0x88a8, 0x8100 }, 2 },
		{ { 0x9100, 0x8100 }, 2 },
		{ { 0x8100, 0x8100, 0x8100 }, 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct wire w = { .len = 0 };
		struct packet p;

		put_macs(&w);
		for (unsigned k = 0; k < rows[i].count; k++) {
			put(&w, rows[i].tags[k], 2);
			put(&w, 0x2000 + k, 2);
		}
		put(&w, 0x0800, 2);
		put_syn(&w);
		decode(&p, &w, LINK_ETHERNET);
		assert_syn(&p, rows[i].count + 1);
	}
}

static void tags_without_end_are_given_up(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	put_macs(&w);
	for (int i = 0; i < 200; i++)
		put(&w, 0x81000001, 4);
	put(&w, 0x0800, 2);
	put_syn(&w);
	decode(&p, &w, LINK_ETHERNET);
	assert_int_equal(p.protocol, PACKET_NOT_IP);
	assert_int_equal(p.marks & PACKET_PORTS, 0);
}

/* The bottom label carries IPv4 or IPv6 by its first nibble, or neither. */
static void mpls_labels_are_passed_through(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	put_ethernet(&w, 0x8847);
	put(&w, 0x00010040, 4);
	put(&w, 0x00020140, 4);
	put_syn(&w);
	decode(&p, &w, LINK_ETHERNET);
	assert_syn(&p, 2);
	patch16(&w, 12, 0x8848);
	decode(&p, &w, LINK_ETHERNET);
	assert_syn(&p, 2);
	w.data[22] = 0; /* a pseudowire's control word */
	decode(&p, &w, LINK_ETHERNET);
	assert_int_equal(p.protocol, PACKET_NOT_IP);
}

static void pppoe_sessions_are_passed_through(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	put_ethernet(&w, 0x8864);
	put(&w, 0x110000010030, 6);
	put(&w, 0x0021, 2);
	put_syn(&w);
	decode(&p, &w, LINK_ETHERNET);
	assert_syn(&p, 2);
	patch16(&w, 20, 0xc021); /* LCP */
	decode(&p, &w, LINK_ETHERNET);
	assert_int_equal(p.protocol, PACKET_NOT_IP);
}

/* At every length the decoder says less, and never something else. Where the
 * frame ends between two headers nothing is cut into. */
static void a_cut_frame_claims_nothing_it_does_not_hold(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	put_ethernet(&w, 0x8100);
	put(&w, 0x00010800, 4);
	put_syn(&w);
	for (size_t len = 0; len < w.len; len++) {
		decode_cut(&p, &w, LINK_ETHERNET, len);
		assert_true(p.has_mac == (len >= 14));
		assert_true(p.version == (len >= 38 ? 4 : 0));
		assert_true(!(p.marks & PACKET_PORTS) == (len < 42));
		assert_true(!(p.marks & PACKET_SEQ) == (len < 52));
		assert_true(!(p.marks & PACKET_LENGTH));
		assert_true(p.marks & PACKET_TRUNCATED ||
			    (len >= 14 && len <= 18));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ethernet_carries_ip_and_tells_its_stations),
		cmocka_unit_test(a_group_address_of_the_link_is_marked),
		cmocka_unit_test(tags_are_passed_through_and_counted),
		cmocka_unit_test(tags_without_end_are_given_up),
		cmocka_unit_test(mpls_labels_are_passed_through),
		cmocka_unit_test(pppoe_sessions_are_passed_through),
		cmocka_unit_test(a_cut_frame_claims_nothing_it_does_not_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
