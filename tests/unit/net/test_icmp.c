#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/icmp.h"
#include "wire.h"

static void put_icmp(struct wire *w, uint8_t type, uint8_t code, uint32_t rest)
{
	put(w, type, 1);
	put(w, code, 1);
	put(w, 0, 2);
	put(w, rest, 4);
}

/* An error of the version; the quote follows. */
static void begin_error(struct wire *w, uint8_t version, uint8_t type,
			uint8_t code, uint32_t rest)
{
	if (version == 4) {
		(void)put_ip4(w, PACKET_ICMP);
		patch16(w, 6, 0); /* unlike the packet that it quotes */
	} else {
		(void)put_ip6(w, PACKET_ICMP6);
	}
	put_icmp(w, type, code, rest);
}

static void end_error(struct packet *p, struct wire *w, uint8_t version)
{
	if (version == 4)
		end4(w, 0);
	else
		end6(w, 0);
	decode(p, w, LINK_RAW);
}

static void put_quote(struct wire *w, uint8_t version, uint8_t protocol)
{
	size_t at = version == 4 ? put_ip4(w, protocol) : put_ip6(w, protocol);

	/* The total of the packet as it was, of which little is quoted. */
	patch16(w, at + (version == 4 ? 2 : 4), 60);
}

static void an_echo_has_its_id_as_both_ports(void **state)
{
	static const struct {
		uint8_t version, type;
	} rows[] = { { 4, 8 }, { 4, 0 }, { 6, 128 }, { 6, 129 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct wire w = { .len = 0 };
		struct packet p;

		begin_error(&w, rows[i].version, rows[i].type, 0, 0x12340007);
		end_error(&p, &w, rows[i].version);
		assert_int_equal(p.icmp.type, rows[i].type);
		assert_int_equal(p.icmp.id, 0x1234);
		assert_int_equal(p.icmp.sequence, 7);
		assert_int_equal(p.sport, 0x1234);
		assert_int_equal(p.dport, 0x1234);
		assert_true(p.marks & PACKET_PORTS);
		decode_cut(&p, &w, LINK_RAW, w.len - 1);
		assert_int_equal(p.marks & PACKET_PORTS, 0);
	}
}

/* RFC 792: the header and 64 bits behind it are enough. */
static void an_error_quotes_eight_bytes_of_tcp(void **state)
{
	for (uint8_t version = 4; version <= 6; version += 2) {
		struct wire w = { .len = 0 };
		struct packet p;

		(void)state;
		begin_error(&w, version, version == 4 ? 3 : 1, 1, 0);
		put_quote(&w, version, PACKET_TCP);
		put(&w, 0xc54615b3, 4);
		put(&w, 0xb1c7d82e, 4);
		end_error(&p, &w, version);
		assert_int_equal(p.icmp.quote.protocol, PACKET_TCP);
		assert_true(p.icmp.quote.has_ports);
		assert_int_equal(p.icmp.quote.sport, 50502);
		assert_int_equal(p.icmp.quote.dport, 5555);
		assert_true(p.icmp.quote.seq == 0xb1c7d82e);
		assert_true(p.marks & PACKET_QUOTED_TCP_SEQ);
		assert_int_equal(address_is_v4(&p.icmp.quote.src),
				 version == 4);
	}
}

/* What the quoted packet was like is not what the error is like. */
static void the_quote_changes_nothing_of_the_error(void **state)
{
	const struct address a = address_v4(A4);
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	begin_error(&w, 4, 3, 3, 0);
	put_quote(&w, 4, PACKET_TCP);
	(void)put_tcp(&w, TCP_SYN, 0);
	patch16(&w, 28 + 12, 0xc0a8); /* quoted as it was sent by 192.168.0.7 */
	end_error(&p, &w, 4);
	assert_int_equal(p.protocol, PACKET_ICMP);
	assert_true(address_equal(&p.src, &a));
	assert_int_equal(p.icmp.quote.src.bytes[12], 0xc0);
	assert_int_equal(p.marks & (PACKET_DF | PACKET_PORTS | PACKET_SEQ |
				    PACKET_LENGTH | PACKET_TRUNCATED),
			 0);
	assert_int_equal(p.sport, 0);
	assert_int_equal(p.depth, 1);
}

static void a_quoted_datagram_tells_its_first_bytes(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	begin_error(&w, 4, 3, 3, 0);
	put_quote(&w, 4, PACKET_UDP);
	put_udp(&w, 53, 40);
	put(&w, 0xbeef, 2);
	end_error(&p, &w, 4);
	assert_int_equal(p.icmp.quote.protocol, PACKET_UDP);
	assert_int_equal(p.icmp.quote.dport, 53);
	assert_int_equal(p.icmp.quote.udp_head, 0xbeef);
	assert_int_equal(p.marks & PACKET_QUOTED_TCP_SEQ, 0);
	w.len -= 1;
	end_error(&p, &w, 4);
	assert_true(p.icmp.quote.has_ports);
	assert_int_equal(p.icmp.quote.udp_head, 0);
}

static void a_quoted_echo_has_its_id(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	begin_error(&w, 4, 11, 0, 0);
	put_quote(&w, 4, PACKET_ICMP);
	put_icmp(&w, 8, 0, 0x12340007);
	end_error(&p, &w, 4);
	assert_int_equal(p.icmp.quote.protocol, PACKET_ICMP);
	assert_true(p.icmp.quote.has_ports);
	assert_int_equal(p.icmp.quote.dport, 0x1234);
	assert_int_equal(p.icmp.type, 11);
	assert_int_equal(p.icmp.id, 0);
}

/* At every length: addresses from a whole header on, ports four bytes later. */
static void a_short_quote_says_what_it_holds(void **state)
{
	for (size_t len = 0; len <= 28; len++) {
		struct wire w = { .len = 0 };
		struct packet p;

		(void)state;
		begin_error(&w, 4, 3, 10, 0);
		put_quote(&w, 4, PACKET_TCP);
		put(&w, 0xc54615b3, 4);
		put(&w, 0xb1c7d82e, 4);
		w.len = 28 + len;
		end_error(&p, &w, 4);
		assert_int_equal(p.protocol, PACKET_ICMP);
		assert_int_equal(p.icmp.code, 10);
		assert_int_equal(p.icmp.quote.protocol,
				 len < 20 ? PACKET_NOT_IP : PACKET_TCP);
		assert_int_equal(p.icmp.quote.has_ports, len >= 24);
	}
}

/* Ethernet pads a short frame: that is not what was quoted. */
static void padding_is_not_quoted(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	begin_error(&w, 4, 3, 10, 0);
	put_quote(&w, 4, PACKET_TCP);
	put(&w, 0xc546, 2);
	end4(&w, 0);
	put(&w, 0x15b3, 2);
	put(&w, 0xb1c7d82e, 4);
	decode(&p, &w, LINK_RAW);
	assert_int_equal(p.icmp.quote.protocol, PACKET_TCP);
	assert_false(p.icmp.quote.has_ports);
}

static void a_quoted_later_fragment_has_no_ports(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	begin_error(&w, 4, 11, 1, 0);
	put_quote(&w, 4, PACKET_UDP);
	patch16(&w, 28 + 6, 0x00b9);
	put_udp(&w, 500, 40);
	end_error(&p, &w, 4);
	assert_int_equal(p.icmp.quote.protocol, PACKET_UDP);
	assert_false(p.icmp.quote.has_ports);
}

static void an_mtu_is_read_only_where_there_is_one(void **state)
{
	static const struct {
		uint8_t version, type, code;
		uint32_t rest, mtu;
	} rows[] = {
		{ 4, 3, 4, 1400, 1400 },    { 4, 3, 4, 0xffff0578, 1400 },
		{ 4, 3, 1, 0x00000578, 0 }, { 4, 11, 0, 0x00000578, 0 },
		{ 6, 2, 0, 1280, 1280 },    { 6, 2, 0, 100000, 100000 },
		{ 6, 1, 4, 1280, 0 },       { 6, 3, 0, 1280, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct wire w = { .len = 0 };
		struct packet p;

		begin_error(&w, rows[i].version, rows[i].type, rows[i].code,
			    rows[i].rest);
		put_quote(&w, rows[i].version, PACKET_TCP);
		put(&w, 0xc54615b3, 4);
		end_error(&p, &w, rows[i].version);
		assert_int_equal(p.icmp.mtu, rows[i].mtu);
		assert_int_equal(p.icmp.quote.dport, 5555);
	}
}

/* Redirects and the like, whose body looks like a quote. */
static void what_is_no_error_quotes_nothing(void **state)
{
	static const struct {
		uint8_t version, type;
	} rows[] = { { 4, 5 }, { 4, 4 }, { 4, 13 }, { 6, 137 }, { 6, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct wire w = { .len = 0 };
		struct packet p;

		begin_error(&w, rows[i].version, rows[i].type, 1, 0);
		put_quote(&w, rows[i].version, PACKET_TCP);
		put(&w, 0xc54615b3, 4);
		end_error(&p, &w, rows[i].version);
		assert_int_equal(p.icmp.quote.protocol, PACKET_NOT_IP);
		assert_false(p.icmp.quote.has_ports);
		assert_int_equal(p.icmp.type, rows[i].type);
	}
}

static void neighbour_discovery_has_its_target(void **state)
{
	static const uint8_t target[16] = { 0xfe, 0x80, [15] = 9 };

	(void)state;
	for (uint8_t type = 135; type <= 136; type++) {
		struct wire w = { .len = 0 };
		struct packet p;

		begin_error(&w, 6, type, 0, 0);
		put_bytes(&w, target, 16);
		end_error(&p, &w, 6);
		assert_int_equal(p.icmp.type, type);
		assert_memory_equal(p.icmp.target.bytes, target, 16);
		w.len--;
		end_error(&p, &w, 6);
		assert_int_equal(p.icmp.target.bytes[0], 0);
	}
}

static void less_than_a_type_and_code_is_nothing(void **state)
{
	struct wire w = { .len = 0 };
	struct packet p;

	(void)state;
	begin_error(&w, 4, 8, 0, 0);
	w.len = 21;
	end_error(&p, &w, 4);
	assert_int_equal(p.protocol, PACKET_NOT_IP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_echo_has_its_id_as_both_ports),
		cmocka_unit_test(an_error_quotes_eight_bytes_of_tcp),
		cmocka_unit_test(the_quote_changes_nothing_of_the_error),
		cmocka_unit_test(a_quoted_datagram_tells_its_first_bytes),
		cmocka_unit_test(a_quoted_echo_has_its_id),
		cmocka_unit_test(a_short_quote_says_what_it_holds),
		cmocka_unit_test(padding_is_not_quoted),
		cmocka_unit_test(a_quoted_later_fragment_has_no_ports),
		cmocka_unit_test(an_mtu_is_read_only_where_there_is_one),
		cmocka_unit_test(what_is_no_error_quotes_nothing),
		cmocka_unit_test(neighbour_discovery_has_its_target),
		cmocka_unit_test(less_than_a_type_and_code_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
