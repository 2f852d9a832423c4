#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include "net/checksum.h"
#include "net/frame.h"
#include "net/link.h"
#include "net/packet.h"
#include "probe/stand_in.h"

static const struct stand_in_sent who = { .sequence = 0x01020304,
					  .port = 40000 };

static struct address parse(const char *s)
{
	struct address a = { { 0 } };

	assert_true(address_parse(&a, s, strlen(s)));
	return a;
}

static struct stand_in ask(const char *client, const char *server,
			   uint8_t protocol)
{
	return (struct stand_in){
		.client = parse(client),
		.server = parse(server),
		.device = 2,
		.port = 5555,
		.protocol = protocol,
		.ttl = 64,
		.to_mac = { 2, 0, 0, 0, 0, 1 },
		.from_mac = { 2, 0, 0, 0, 0, 7 },
	};
}

static struct packet decoded(const uint8_t *bytes, size_t len)
{
	const struct frame f = { .caplen = (uint32_t)len,
				 .len = (uint32_t)len,
				 .link = LINK_ETHERNET,
				 .data = bytes };
	struct packet p;

	packet_decode(&p, &f);
	return p;
}

static void is_a_syn(const struct stand_in *q, uint16_t mss)
{
	uint8_t bytes[STAND_IN_FRAME];
	size_t len = stand_in_frame(bytes, q, &who, false);
	struct packet p = decoded(bytes, len);

	assert_int_equal(p.tcp.flags, TCP_SYN);
	assert_int_equal(p.tcp.seq, who.sequence);
	assert_int_equal(p.tcp.mss, mss);
	assert_int_equal(p.tcp.window_scale, 7);
	assert_true(p.tcp.sack_permitted && p.tcp.has_timestamp);
	assert_true(p.marks & PACKET_GOOD_CHECKSUM);
	assert_true(p.marks & PACKET_OPTIONS);
	assert_int_equal(p.sport, 40000);
	assert_int_equal(p.dport, 5555);
	assert_int_equal(p.ttl, 64);
	assert_true(address_equal(&p.src, &q->client));
	assert_true(address_equal(&p.dst, &q->server));
	assert_memory_equal(p.src_mac, q->from_mac, 6);
	assert_memory_equal(p.dst_mac, q->to_mac, 6);
}

static void a_syn_is_as_linux_sends_it(void **state)
{
	const struct stand_in q = ask("10.1.0.7", "10.1.0.1", IPPROTO_TCP);
	uint8_t bytes[STAND_IN_FRAME];

	(void)state;
	is_a_syn(&q, 1460);
	assert_int_equal(stand_in_frame(bytes, &q, &who, false), 14 + 60);
	/* The header's own sum. */
	assert_int_equal(checksum_fold(checksum_add(0, bytes + 14, 20)), 0);
}

static void a_syn_of_ipv6_is_too(void **state)
{
	const struct stand_in q = ask("fd00::7", "fd00::1", IPPROTO_TCP);

	(void)state;
	is_a_syn(&q, 1440);
}

static void it_is_taken_back_by_the_rst_of_who_never_asked(void **state)
{
	const struct stand_in q = ask("10.1.0.7", "10.1.0.1", IPPROTO_TCP);
	uint8_t bytes[STAND_IN_FRAME];
	size_t len = stand_in_frame(bytes, &q, &who, true);
	struct packet p = decoded(bytes, len);

	(void)state;
	assert_int_equal(len, 14 + 40);
	assert_int_equal(p.tcp.flags, TCP_RST);
	assert_int_equal(p.tcp.seq, who.sequence + 1);
	assert_int_equal(p.sport, 40000);
}

static void a_datagram_is_empty_and_its_sum_is_right(void **state)
{
	const struct stand_in q = ask("fd00::7", "fd00::1", IPPROTO_UDP);
	const uint8_t behind[] = { 0, IPPROTO_UDP, 0, 8 };
	uint8_t bytes[STAND_IN_FRAME];
	size_t len = stand_in_frame(bytes, &q, &who, false);
	struct packet p = decoded(bytes, len);
	uint64_t sum = checksum_add(0, bytes + 14 + 8, 32);

	(void)state;
	assert_int_equal(len, 14 + 40 + 8);
	assert_int_equal(p.payload_len, 0);
	assert_int_equal(p.dport, 5555);
	sum = checksum_add(sum, behind, sizeof(behind));
	assert_int_equal(checksum_fold(checksum_add(sum, bytes + 54, 8)), 0);
	assert_int_equal(stand_in_frame(bytes, &q, &who, true), 0);
}

static void there_is_no_packet_from_one_family_to_the_other(void **state)
{
	const struct stand_in q = ask("10.1.0.7", "fd00::1", IPPROTO_TCP);
	uint8_t bytes[STAND_IN_FRAME];

	(void)state;
	assert_int_equal(stand_in_frame(bytes, &q, &who, false), 0);
}

static int begun(const struct stand_in *q)
{
	struct stand_in_sent sent;
	int control = 0;
	int err = stand_in_begin(q, &sent, &control);

	assert_int_equal(control, -1);
	return err;
}

static void what_no_client_sends_is_not_sent(void **state)
{
	const struct stand_in good = ask("10.1.0.7", "10.1.0.1", IPPROTO_TCP);
	struct stand_in q = good;

	(void)state;
	q.protocol = IPPROTO_ICMP;
	assert_int_equal(begun(&q), -EINVAL);
	q = good;
	q.port = 0;
	assert_int_equal(begun(&q), -EINVAL);
	q = good;
	q.ttl = 0;
	assert_int_equal(begun(&q), -EINVAL);
	q = ask("224.0.0.1", "10.1.0.1", IPPROTO_TCP);
	assert_int_equal(begun(&q), -EINVAL);
	q = ask("127.0.0.1", "10.1.0.1", IPPROTO_TCP);
	assert_int_equal(begun(&q), -EINVAL);
	q = ask("10.1.0.7", "10.1.0.255", IPPROTO_TCP);
	q.server = parse("::1");
	assert_int_equal(begun(&q), -EINVAL);
}

static void the_device_has_to_be_one_that_packets_come_in_by(void **state)
{
	struct stand_in q = ask("10.1.0.7", "10.1.0.1", IPPROTO_TCP);
	int err;

	(void)state;
	q.device = 0x7ffffff0;
	assert_int_equal(begun(&q), -ENODEV);
	q.device = if_nametoindex("lo");
	err = q.device ? begun(&q) : -EINVAL;
	assert_true(err == -EINVAL || err == -ENETDOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_syn_is_as_linux_sends_it),
		cmocka_unit_test(a_syn_of_ipv6_is_too),
		cmocka_unit_test(
			it_is_taken_back_by_the_rst_of_who_never_asked),
		cmocka_unit_test(a_datagram_is_empty_and_its_sum_is_right),
		cmocka_unit_test(
			there_is_no_packet_from_one_family_to_the_other),
		cmocka_unit_test(what_no_client_sends_is_not_sent),
		cmocka_unit_test(
			the_device_has_to_be_one_that_packets_come_in_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
