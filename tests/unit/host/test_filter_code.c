#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/filter.h>
#include <netinet/in.h>

#include "host/filter_code.h"
#include "host/first_packet.h"

enum { PORT = 5555, ETHERTYPE_V4 = 0x0800 };

/* tcpdump's way to say "tcp dst port 5555" of IPv4 without options. */
static const struct sock_filter drops_port[] = {
	{ 0x28, 0, 0, 12 }, { 0x15, 0, 5, ETHERTYPE_V4 },
	{ 0x30, 0, 0, 23 }, { 0x15, 0, 3, IPPROTO_TCP },
	{ 0x28, 0, 0, 36 }, { 0x15, 0, 1, PORT },
	{ 0x06, 0, 0, 2 },  { 0x06, 0, 0, UINT32_MAX },
};

enum { DROPS_PORT = sizeof(drops_port) / sizeof(*drops_port) };

static struct first_packet syn(uint16_t port)
{
	const struct first_packet_question q = {
		.source = address_v4(0x0a010007),
		.destination = address_v4(0xac100102),
		.has_source = true,
		.has_destination = true,
		.destination_port = port,
		.protocol = IPPROTO_TCP,
		.is_v4 = true,
	};
	struct first_packet p;

	first_packet_make(&p, &q);
	return p;
}

static bool run(const struct first_packet *p, const struct sock_filter *code,
		size_t count, uint32_t *ret)
{
	const struct filter_code_packet packet = { p->bytes, p->known, p->len,
						   p->network, ETHERTYPE_V4 };

	return filter_code_run(code, count, &packet, ret);
}

static void what_is_known_decides(void **state)
{
	struct first_packet p = syn(PORT);
	uint32_t said;

	(void)state;
	assert_true(run(&p, drops_port, DROPS_PORT, &said));
	assert_int_equal(said, 2);
}

static void another_port_is_let_pass(void **state)
{
	struct first_packet p = syn(PORT + 1);
	uint32_t said;

	(void)state;
	assert_true(run(&p, drops_port, DROPS_PORT, &said));
	assert_int_equal(said, UINT32_MAX);
}

static void what_is_not_known_is_not_guessed(void **state)
{
	struct first_packet p = syn(0);
	uint32_t said;

	(void)state;
	assert_false(run(&p, drops_port, DROPS_PORT, &said));
}

/* The time to live is not known, and both ways drop. */
static void ways_that_end_alike_are_one_answer(void **state)
{
	static const struct sock_filter code[] = {
		{ 0x30, 0, 0, 22 },
		{ 0x35, 0, 1, 64 },
		{ 0x06, 0, 0, 0 },
		{ 0x06, 0, 0, 0 },
	};
	struct first_packet p = syn(PORT);
	uint32_t said = 1;

	(void)state;
	assert_true(run(&p, code, 4, &said));
	assert_int_equal(said, 0);
}

static void ways_that_end_otherwise_are_none(void **state)
{
	static const struct sock_filter code[] = {
		{ 0x30, 0, 0, 22 },
		{ 0x35, 0, 1, 64 },
		{ 0x06, 0, 0, 0 },
		{ 0x06, 0, 0, 1 },
	};
	struct first_packet p = syn(PORT);
	uint32_t said;

	(void)state;
	assert_false(run(&p, code, 4, &said));
}

/* Only SYN is tested, and whether the client asks for ECN is not known. */
static void single_bits_are_known(void **state)
{
	static const struct sock_filter code[] = {
		{ 0x30, 0, 0, 47 }, { 0x54, 0, 0, 0x12 }, { 0x15, 0, 1, 0x02 },
		{ 0x06, 0, 0, 7 },  { 0x06, 0, 0, 8 },
	};
	static const struct sock_filter whole[] = {
		{ 0x30, 0, 0, 47 },
		{ 0x15, 0, 1, 0x02 },
		{ 0x06, 0, 0, 7 },
		{ 0x06, 0, 0, 8 },
	};
	struct first_packet p = syn(PORT);
	uint32_t said;

	(void)state;
	assert_true(run(&p, code, 5, &said));
	assert_int_equal(said, 7);
	assert_false(run(&p, whole, 4, &said));
}

/* ldx 4*([14]&0xf); ldh [x + 16]: the port behind the header's length. */
static void the_header_length_leads_to_the_port(void **state)
{
	static const struct sock_filter code[] = {
		{ 0xb1, 0, 0, 14 },
		{ 0x48, 0, 0, 16 },
		{ 0x16, 0, 0, 0 },
	};
	struct first_packet p = syn(PORT);
	uint32_t said;

	(void)state;
	assert_true(run(&p, code, 3, &said));
	assert_int_equal(said, PORT);
}

static void words_behind_the_packet_are_not_known(void **state)
{
	static const struct sock_filter code[] = {
		{ 0x20, 0, 0, 4000 },
		{ 0x16, 0, 0, 0 },
	};
	struct first_packet p = syn(PORT);
	uint32_t said;

	(void)state;
	assert_false(run(&p, code, 2, &said));
}

static void a_program_without_an_end_gives_none(void **state)
{
	static const struct sock_filter code[] = { { 0x05, 0, 0, 700 } };
	struct first_packet p = syn(PORT);
	uint32_t said;

	(void)state;
	assert_false(run(&p, code, 1, &said));
	assert_false(run(&p, code, 0, &said));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_known_decides),
		cmocka_unit_test(another_port_is_let_pass),
		cmocka_unit_test(what_is_not_known_is_not_guessed),
		cmocka_unit_test(ways_that_end_alike_are_one_answer),
		cmocka_unit_test(ways_that_end_otherwise_are_none),
		cmocka_unit_test(single_bits_are_known),
		cmocka_unit_test(the_header_length_leads_to_the_port),
		cmocka_unit_test(words_behind_the_packet_are_not_known),
		cmocka_unit_test(a_program_without_an_end_gives_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
