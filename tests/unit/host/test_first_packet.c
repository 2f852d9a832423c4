/* What is known of a packet that nobody has seen yet, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <string.h>

#include "host/first_packet.h"
#include "host/look.h"

static struct address address(const char *s)
{
	struct address a;

	assert_true(address_parse(&a, s, strlen(s)));
	return a;
}

static void assert_known(const struct first_packet *p, size_t at,
			 const void *bytes, size_t len)
{
	assert_memory_equal(p->bytes + at, bytes, len);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(p->known[at + i], 0xff);
}

static void assert_unknown(const struct first_packet *p, size_t at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		assert_int_equal(p->known[at + i], 0);
}

static void a_clients_syn_has_its_address_and_the_services_port(void **state)
{
	const struct look_question q = {
		.protocol = IPPROTO_TCP,
		.port = 5555,
		.client = address("10.1.0.7"),
		.has_client = true,
	};
	struct first_packet p;

	(void)state;
	first_packet_asked(&p, &q, false);
	assert_int_equal(p.network, 14);
	assert_int_equal(p.transport, 34);
	assert_int_equal(p.len, 54);
	assert_unknown(&p, 0, 12); /* whose stations */
	assert_known(&p, 12, "\x08\x00\x45", 3);
	assert_unknown(&p, 15, 5);
	assert_unknown(&p, 22, 1); /* its time to live */
	assert_known(&p, 23, "\x06", 1);
	assert_known(&p, 26, "\x0a\x01\x00\x07", 4);
	assert_unknown(&p, 30, 4); /* which of the server's addresses */
	assert_unknown(&p, 34, 2);
	assert_known(&p, 36, "\x15\xb3", 2);
	assert_int_equal(p.bytes[47], 0x02);
	/* It may ask for ECN. */
	assert_int_equal(p.known[47], 0x3f);
}

static void an_answer_goes_the_other_way(void **state)
{
	const struct look_question q = {
		.protocol = IPPROTO_TCP,
		.port = 22,
		.client_port = 40000,
		.client = address("2001:db8::7"),
		.server = address("2001:db8::1"),
		.has_client = true,
		.has_server = true,
	};
	const struct address client = address("2001:db8::7");
	const struct address server = address("2001:db8::1");
	struct first_packet p;

	(void)state;
	first_packet_asked(&p, &q, true);
	assert_int_equal(p.transport, 54);
	assert_int_equal(p.len, FIRST_PACKET_BYTES);
	assert_known(&p, 12, "\x86\xdd", 2);
	assert_int_equal(p.known[14], 0xf0);
	assert_known(&p, 22, server.bytes, 16);
	assert_known(&p, 38, client.bytes, 16);
	assert_known(&p, 54, "\x00\x16\x9c\x40", 4);
	assert_int_equal(p.bytes[67], 0x12);
}

static void a_datagram_ends_behind_its_ports(void **state)
{
	const struct look_question q = {
		.protocol = IPPROTO_UDP,
		.port = 53,
		.client = address("10.1.0.7"),
		.has_client = true,
	};
	struct first_packet p;

	(void)state;
	first_packet_asked(&p, &q, false);
	assert_int_equal(p.len, 42);
	assert_known(&p, 23, "\x11", 1);
	assert_unknown(&p, 38, FIRST_PACKET_BYTES - 38);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_clients_syn_has_its_address_and_the_services_port),
		cmocka_unit_test(an_answer_goes_the_other_way),
		cmocka_unit_test(a_datagram_ends_behind_its_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
