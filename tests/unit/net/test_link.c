#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire.h"

/* RFC 1661 2 and 1662 3.1: with and without address and control field, and
 * with the protocol field compressed to a byte. */
static void ppp_is_read_in_each_of_its_forms(void **state)
{
	static const struct {
		uint32_t head;
		unsigned len;
	} rows[] = { { 0xff030021, 4 }, { 0x0021, 2 }, { 0x21, 1 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct wire w = { .len = 0 };
		struct packet p;

		put(&w, rows[i].head, rows[i].len);
		put_syn(&w);
		decode(&p, &w, LINK_PPP);
		assert_syn(&p, 1);
	}
}

/* include/uapi/linux/if_packet.h */
static const struct {
	uint16_t type;
	uint32_t marks;
} packet_types[] = {
	{ 0, PACKET_INCOMING },
	{ 1, PACKET_INCOMING | PACKET_MULTICAST },
	{ 2, PACKET_INCOMING | PACKET_MULTICAST },
	{ 3, PACKET_OTHERHOST },
	{ 4, PACKET_OUTGOING },
	{ 5, 0 },
	{ 0xffff, 0 },
};

enum {
	TYPES = sizeof(packet_types) / sizeof(*packet_types),
	WAY = PACKET_INCOMING | PACKET_MULTICAST | PACKET_OTHERHOST |
	      PACKET_OUTGOING
};

static void sll_tells_which_way_a_packet_went(void **state)
{
	(void)state;
	for (size_t i = 0; i < TYPES; i++) {
		struct wire w = { .len = 0 };
		struct packet p;

		put(&w, packet_types[i].type, 2);
		put(&w, 0x00010006, 4);
		put(&w, UINT64_C(0x0200000000010000), 8);
		put(&w, 0x0800, 2);
		put_syn(&w);
		decode(&p, &w, LINK_LINUX_SLL);
		assert_syn(&p, 1);
		assert_int_equal(p.marks & WAY, packet_types[i].marks);
		assert_false(p.has_mac);
	}
}

static void sll2_tells_which_way_a_packet_went(void **state)
{
	for (size_t i = 0; i + 1 < TYPES; i++) {
		struct wire w = { .len = 0 };
		struct packet p;

		(void)state;
		put(&w, 0x08000000, 4);
		put(&w, 3, 4);
		put(&w, 1, 2);
		put(&w, packet_types[i].type, 1);
		put(&w, 6, 1);
		put(&w, UINT64_C(0x0200000000010000), 8);
		put_syn(&w);
		decode(&p, &w, LINK_LINUX_SLL2);
		assert_syn(&p, 1);
		assert_int_equal(p.marks & WAY, packet_types[i].marks);
	}
}

static void raw_links_begin_with_ip(void **state)
{
	static const uint16_t links[] = { LINK_RAW, LINK_RAW_BSD,
					  LINK_RAW_OPENBSD, LINK_IPV4 };
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	put_syn(&w);
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
		decode(&p, &w, links[i]);
		assert_syn(&p, 1);
	}
	decode(&p, &w, 147); /* LINKTYPE_USER0: nobody knows */
	assert_int_equal(p.protocol, PACKET_NOT_IP);
	assert_int_equal(p.version, 0);
}

/* The family's number and order are the writer's own. */
static void null_links_begin_with_a_family(void **state)
{
	static const uint32_t families[] = { 2, 0x02000000 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct wire w = { .len = 0 };
		struct packet p;

		put(&w, families[i], 4);
		put_syn(&w);
		decode(&p, &w, LINK_NULL);
		assert_syn(&p, 1);
		decode(&p, &w, LINK_LOOP);
		assert_syn(&p, 1);
	}
}

static void nflog_carries_the_packet_in_an_attribute(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	put(&w, 0x02000005, 4);
	put(&w, 0x08000100, 4); /* packet header, of eight bytes */
	put(&w, 0x08000100, 4);
	put(&w, 0x05000a00, 4); /* prefix: one byte, and three of padding */
	put(&w, 0x00000000, 4);
	put(&w, 0x2c000900, 4);
	put_syn(&w);
	decode(&p, &w, LINK_NFLOG);
	assert_syn(&p, 1);
	w.data[12] = 3; /* shorter than an attribute's own header */
	decode(&p, &w, LINK_NFLOG);
	assert_int_equal(p.protocol, PACKET_NOT_IP);
}

static void put_arp(struct wire *w, uint16_t op)
{
	put_ethernet(w, 0x0806);
	put(w, 0x00010800, 4);
	put(w, 0x0604, 2);
	put(w, op, 2);
	put(w, UINT64_C(0x020000000001), 6);
	put(w, A4, 4);
	put(w, 0, 6);
	put(w, B4, 4);
}

static void arp_tells_who_asks_for_whom(void **state)
{
	static const uint8_t mac[] = { 2, 0, 0, 0, 0, 1 };
	const struct address a = address_v4(A4), b = address_v4(B4);
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	put_arp(&w, 2);
	decode(&p, &w, LINK_ETHERNET);
	assert_int_equal(p.protocol, PACKET_ARP);
	assert_int_equal(p.version, 4);
	assert_int_equal(p.arp.op, 2);
	assert_true(address_equal(&p.src, &a) && address_equal(&p.dst, &b));
	assert_memory_equal(p.arp.sender_mac, mac, 6);
}

/* Another hardware, another protocol, other lengths, a byte too few. */
static void other_arp_is_not_read(void **state)
{
	struct wire whole = { .len = 0 };
	struct packet p;

	(void)state;
	put_arp(&whole, 1);
	for (size_t at = 15; at < 20; at += 2) {
		struct wire w = whole;

		w.data[at] ^= 0x40;
		decode(&p, &w, LINK_ETHERNET);
		assert_int_equal(p.protocol, PACKET_NOT_IP);
	}
	decode_cut(&p, &whole, LINK_ETHERNET, whole.len - 1);
	assert_int_equal(p.protocol, PACKET_NOT_IP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ppp_is_read_in_each_of_its_forms),
		cmocka_unit_test(sll_tells_which_way_a_packet_went),
		cmocka_unit_test(sll2_tells_which_way_a_packet_went),
		cmocka_unit_test(raw_links_begin_with_ip),
		cmocka_unit_test(null_links_begin_with_a_family),
		cmocka_unit_test(nflog_carries_the_packet_in_an_attribute),
		cmocka_unit_test(arp_tells_who_asks_for_whom),
		cmocka_unit_test(other_arp_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
