#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire.h"

/* The checksum of a segment of len bytes behind this IP header. */
static void sign(struct wire *w, size_t addresses, size_t tcp)
{
	size_t len = w->len - tcp;
	uint64_t sum = PACKET_TCP + len;

	sum = checksum_add(sum, w->data + addresses, tcp - addresses);
	sum = checksum_add(sum, w->data + tcp, len);
	patch16(w, tcp + 16, checksum_fold(sum));
}

static void put_segment(struct wire *w, uint8_t version, uint16_t flags)
{
	size_t tcp;

	if (version == 4)
		(void)put_ip4(w, PACKET_TCP);
	else
		(void)put_ip6(w, PACKET_TCP);
	tcp = put_tcp(w, flags, 4);
	put(w, 0x020405b4, 4);
	put(w, 0x616263, 3);
	if (version == 4)
		end4(w, 0);
	else
		end6(w, 0);
	sign(w, version == 4 ? 12 : 8, tcp);
}

enum { SUM = PACKET_GOOD_CHECKSUM | PACKET_BAD_CHECKSUM };

static void a_syns_checksum_is_told(void **state)
{
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct wire w = { .len = 0 };
		struct packet p;

		(void)state;
		put_segment(&w, version, TCP_SYN | TCP_ECE | TCP_CWR);
		decode(&p, &w, LINK_RAW);
		assert_int_equal(p.marks & SUM, PACKET_GOOD_CHECKSUM);
		put(&w, 0x1234, 2); /* padding is no part of it */
		decode(&p, &w, LINK_RAW);
		assert_int_equal(p.marks & SUM, PACKET_GOOD_CHECKSUM);
		w.len -= 2;
		w.data[w.len - 1] ^= 1;
		decode(&p, &w, LINK_RAW);
		assert_int_equal(p.marks & SUM, PACKET_BAD_CHECKSUM);
		w.data[w.len - 1] ^= 1;
		w.data[15] ^= 1; /* an address is part of it */
		decode(&p, &w, LINK_RAW);
		assert_int_equal(p.marks & SUM, PACKET_BAD_CHECKSUM);
	}
}

/* Offload makes most of the others look wrong, and a cut one cannot be added
 * up: neither is judged. */
static void no_other_checksum_is_judged(void **state)
{
	static const uint16_t flags[] = { TCP_ACK, TCP_SYN | TCP_ACK,
					  TCP_RST | TCP_ACK };
	struct packet p;

	(void)state;
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		struct wire w = { .len = 0 };

		put_segment(&w, 4, flags[i]);
		w.data[w.len - 1] ^= 1;
		decode(&p, &w, LINK_RAW);
		assert_int_equal(p.marks & SUM, 0);
	}
	struct wire syn = { .len = 0 };

	put_segment(&syn, 4, TCP_SYN);
	decode_cut(&p, &syn, LINK_RAW, syn.len - 1);
	assert_int_equal(p.marks & SUM, 0);
	assert_true(p.marks & PACKET_SEQ);
}

static void a_segment_is_read_whole(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	put_segment(&w, 4, TCP_PSH | TCP_ACK | TCP_AE);
	decode(&p, &w, LINK_RAW);
	assert_int_equal(p.sport, 50502);
	assert_int_equal(p.dport, 5555);
	assert_true(p.tcp.seq == 0xb1c7d82e);
	assert_int_equal(p.tcp.ack, 0x01020304);
	assert_int_equal(p.tcp.flags, TCP_PSH | TCP_ACK | TCP_AE);
	assert_int_equal(p.tcp.window, 64240);
	assert_int_equal(p.tcp.mss, 1460);
	assert_int_equal(p.payload_len, 3);
	assert_int_equal(p.payload_caplen, 3);
	assert_memory_equal(p.payload, "abc", 3);
}

/* With its flags a cut header is worth keeping, without them it is not. */
static void a_cut_tcp_header_keeps_what_is_there(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	put_segment(&w, 4, TCP_RST | TCP_ACK);
	for (size_t len = 20; len < 40; len++) {
		bool has_flags = len >= 34;

		decode_cut(&p, &w, LINK_RAW, len);
		assert_true(p.marks & PACKET_TRUNCATED);
		assert_int_equal(!(p.marks & PACKET_PORTS), len < 24);
		assert_int_equal(!(p.marks & PACKET_SEQ), !has_flags);
		assert_int_equal(p.tcp.flags,
				 has_flags ? TCP_RST | TCP_ACK : 0);
		assert_int_equal(p.marks & PACKET_LENGTH, 0);
	}
}

static void a_data_offset_that_cannot_be_is_not_believed(void **state)
{
	static const uint8_t offsets[] = { 0x00, 0x40, 0xf0 };
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	put_segment(&w, 4, TCP_SYN);
	for (size_t i = 0; i < sizeof(offsets); i++) {
		w.data[32] = offsets[i];
		decode(&p, &w, LINK_RAW);
		assert_true(p.marks & PACKET_TRUNCATED);
		assert_int_equal(p.marks & PACKET_LENGTH, 0);
		assert_int_equal(p.tcp.mss, 0);
		assert_int_equal(p.payload_len, 0);
	}
}

static void datagram(struct packet *p, uint16_t len, size_t bytes)
{
	struct wire w = { .len = 0 };

	(void)put_ip4(&w, PACKET_UDP);
	put_udp(&w, 500, len);
	for (size_t i = 0; i < bytes; i++)
		put(&w, 0x61, 1);
	end4(&w, 0);
	decode(p, &w, LINK_RAW);
}

static void a_datagrams_length_is_its_own(void **state)
{
	struct packet p;

	(void)state;
	datagram(&p, 8 + 5, 5);
	assert_int_equal(p.dport, 500);
	assert_int_equal(p.payload_len, 5);
	assert_int_equal(p.payload_caplen, 5);
	assert_memory_equal(p.payload, "aaaaa", 5);
	datagram(&p, 8 + 2, 5); /* what follows is not part of it */
	assert_int_equal(p.payload_len, 2);
	assert_int_equal(p.payload_caplen, 2);
	datagram(&p, 8 + 3000, 5); /* the first of its fragments */
	assert_int_equal(p.payload_len, 3000);
	assert_int_equal(p.payload_caplen, 5);
}

/* RFC 2675 4, and offload */
static void a_length_below_the_header_means_all_of_it(void **state)
{
	struct packet p;

	(void)state;
	datagram(&p, 0, 5);
	assert_int_equal(p.payload_len, 5);
	datagram(&p, 7, 5);
	assert_int_equal(p.payload_len, 5);
}

static void a_cut_datagram_keeps_its_ports(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	(void)put_ip4(&w, PACKET_UDP);
	put_udp(&w, 500, 18);
	put(&w, 0, 8);
	put(&w, 0, 2);
	end4(&w, 0);
	for (size_t len = 20; len < 28; len++) {
		decode_cut(&p, &w, LINK_RAW, len);
		assert_true(p.marks & PACKET_TRUNCATED);
		assert_int_equal(!(p.marks & PACKET_PORTS), len < 24);
		assert_int_equal(p.marks & PACKET_LENGTH, 0);
	}
	decode_cut(&p, &w, LINK_RAW, 30);
	assert_int_equal(p.payload_len, 10);
	assert_int_equal(p.payload_caplen, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_syns_checksum_is_told),
		cmocka_unit_test(no_other_checksum_is_judged),
		cmocka_unit_test(a_segment_is_read_whole),
		cmocka_unit_test(a_cut_tcp_header_keeps_what_is_there),
		cmocka_unit_test(a_data_offset_that_cannot_be_is_not_believed),
		cmocka_unit_test(a_datagrams_length_is_its_own),
		cmocka_unit_test(a_length_below_the_header_means_all_of_it),
		cmocka_unit_test(a_cut_datagram_keeps_its_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
