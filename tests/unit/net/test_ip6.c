#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire.h"

/* Extension headers by their number. */
enum { HOP = 0, ROUTING = 43, FRAGMENT = 44, AH = 51, DESTINATION = 60 };

static void the_header_of_ipv6_is_read(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	(void)put_ip6(&w, PACKET_TCP);
	(void)put_tcp(&w, TCP_ACK, 0);
	put(&w, 0x616263, 3);
	end6(&w, 0);
	put(&w, 0, 4); /* padding */
	decode(&p, &w, LINK_IPV6);
	assert_int_equal(p.version, 6);
	assert_int_equal(p.protocol, PACKET_TCP);
	assert_int_equal(p.ttl, 63);
	assert_true(p.marks & PACKET_FLOW_LABEL);
	assert_int_equal(p.flow_label, 0xabcde);
	assert_int_equal(p.src.bytes[15], 1);
	assert_int_equal(p.dst.bytes[15], 2);
	assert_int_equal(p.dport, 5555);
	assert_int_equal(p.payload_len, 3);
	patch16(&w, 4, 0); /* a jumbogram, or an offload's */
	decode(&p, &w, LINK_IPV6);
	assert_int_equal(p.payload_len, 7);
}

static void put_extension(struct wire *w, uint8_t here, uint8_t next,
			  unsigned words)
{
	put(w, next, 1);
	if (here == FRAGMENT) {
		put(w, 0, 7);
		return;
	}
	/* AH counts in fours less two, the others in eights less one. */
	put(w, here == AH ? words * 2 - 2 : words - 1, 1);
	for (unsigned i = 2; i < words * 8; i++)
		put(w, 0xee, 1);
}

static void every_extension_header_is_stepped_over(void **state)
{
	static const uint8_t kinds[] = { HOP,         ROUTING, FRAGMENT, AH,
					 DESTINATION, 135,     139,      140 };

	(void)state;
	for (size_t i = 0; i < sizeof(kinds); i++) {
		for (unsigned words = 1; words < 30; words += 7) {
			struct wire w = { .len = 0 };
			struct packet p;

			(void)put_ip6(&w, kinds[i]);
			put_extension(&w, kinds[i], DESTINATION, words);
			put_extension(&w, DESTINATION, PACKET_TCP, 1);
			(void)put_tcp(&w, TCP_ACK, 0);
			put(&w, 0x6162, 2);
			end6(&w, 0);
			decode(&p, &w, LINK_RAW);
			assert_int_equal(p.protocol, PACKET_TCP);
			assert_int_equal(p.dport, 5555);
			assert_int_equal(p.payload_len, 2);
		}
	}
}

static void what_cannot_be_stepped_over_ends_the_walk(void **state)
{
	static const uint8_t last[] = { 59, 50, 89 }; /* none, ESP, OSPF */

	(void)state;
	for (size_t i = 0; i < sizeof(last); i++) {
		struct wire w = { .len = 0 };
		struct packet p;

		(void)put_ip6(&w, HOP);
		put_extension(&w, HOP, last[i], 1);
		(void)put_tcp(&w, TCP_ACK, 0);
		end6(&w, 0);
		decode(&p, &w, LINK_RAW);
		assert_int_equal(p.protocol, last[i]);
		assert_int_equal(p.marks & PACKET_PORTS, 0);
	}
}

/* Its length leads beyond the packet, though not beyond the frame. */
static void an_extension_header_beyond_the_packet_is_cut(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	(void)put_ip6(&w, DESTINATION);
	put_extension(&w, DESTINATION, PACKET_TCP, 2);
	(void)put_tcp(&w, TCP_ACK, 0);
	patch16(&w, 4, 15);
	decode(&p, &w, LINK_RAW);
	assert_int_equal(p.protocol, PACKET_NOT_IP);
	assert_true(p.marks & PACKET_TRUNCATED);
	assert_int_equal(p.marks & PACKET_PORTS, 0);
}

static void fragments_of_ipv6_are_told_apart(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	(void)put_ip6(&w, FRAGMENT);
	put(&w, 0x06000001, 4);
	put(&w, 0xdeadbeef, 4);
	(void)put_tcp(&w, TCP_ACK, 0);
	end6(&w, 0);
	decode(&p, &w, LINK_RAW);
	assert_true(p.marks & PACKET_FIRST_FRAGMENT);
	assert_true(p.marks & PACKET_PORTS);
	assert_true(p.ip_id == 0xdeadbeef);
	patch16(&w, 42, 0x0009);
	decode(&p, &w, LINK_RAW);
	assert_true(p.marks & PACKET_LATER_FRAGMENT);
	assert_int_equal(p.protocol, PACKET_TCP);
	assert_int_equal(p.marks & PACKET_PORTS, 0);
	patch16(&w, 42,
		0); /* an atomic fragment (RFC 6946) is a whole packet */
	decode(&p, &w, LINK_RAW);
	assert_int_equal(
		p.marks & (PACKET_FIRST_FRAGMENT | PACKET_LATER_FRAGMENT), 0);
	assert_true(p.marks & PACKET_PORTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_of_ipv6_is_read),
		cmocka_unit_test(every_extension_header_is_stepped_over),
		cmocka_unit_test(what_cannot_be_stepped_over_ends_the_walk),
		cmocka_unit_test(an_extension_header_beyond_the_packet_is_cut),
		cmocka_unit_test(fragments_of_ipv6_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
