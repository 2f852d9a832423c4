#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Datagrams, DNS transactions, pings, and who answers on the link. */
#include "net/icmp.h"
#include "talk.h"

struct message {
	uint8_t bytes[512];
	uint32_t len;
};

static void put(struct message *m, uint32_t value, unsigned len)
{
	while (len--)
		m->bytes[m->len++] = (uint8_t)(value >> 8 * len);
}

/* RFC 1035 4.1: a header with one question of type A. */
static struct message dns(uint16_t id, uint16_t flags, const char *label)
{
	struct message m = { .len = 0 };
	size_t len = strlen(label);

	put(&m, id, 2);
	put(&m, flags, 2);
	put(&m, 1, 2);
	put(&m, 0, 2);
	put(&m, 0, 4);
	put(&m, (uint32_t)len, 1);
	memcpy(m.bytes + m.len, label, len);
	m.len += (uint32_t)len;
	put(&m, 0x03636f6d, 4); /* com */
	put(&m, 0, 1);
	put(&m, 0x00010001, 4);
	return m;
}

static void say(struct talk *t, int side, struct message m)
{
	talk_udp(t, side, m.bytes, m.len);
}

static void every_dns_transaction_is_a_flow(void **state)
{
	struct talk *t = *state;

	t->dport = 53;
	say(t, FLOW_CLIENT, dns(1, 0x0100, "one"));
	say(t, FLOW_CLIENT, dns(2, 0x0100, "two"));
	say(t, FLOW_SERVER, dns(2, 0x8183, "two"));
	say(t, FLOW_SERVER, dns(1, 0x8180, "one"));
	talk_end(t, 0);
	assert_int_equal(t->count, 2);
	assert_int_equal(t->heard[0].flow.tag, 1);
	assert_string_equal(t->heard[0].note.name, "one.com");
	assert_true(talk_has(&t->heard[0], FACT_DNS_OK));
	assert_false(talk_has(&t->heard[0], FACT_DNS_NXDOMAIN));
	assert_string_equal(t->heard[1].note.name, "two.com");
	assert_true(talk_has(&t->heard[1], FACT_DNS_NXDOMAIN));
	assert_int_equal(t->heard[1].note.dns_rcode, 3);
}

static void a_repeated_query_is_of_the_same_transaction(void **state)
{
	struct talk *t = *state;

	t->dport = 53;
	for (int i = 0; i < 3; i++) {
		say(t, FLOW_CLIENT, dns(7, 0x0100, "lost"));
		talk_wait(t, 5000);
	}
	talk_end(t, 0);
	assert_int_equal(t->count, 1);
	assert_true(talk_has(&t->heard[0], FACT_UDP_REPEATED));
	assert_int_equal(t->heard[0].flow.proofs[SHOWN_FIRST], 1);
	assert_int_equal(t->heard[0].flow.proofs[SHOWN_REPEAT], 3);
	assert_true(talk_has(&t->heard[0], FACT_UDP_SILENCE));
	assert_true(talk_has(&t->heard[0], FACT_UDP_EXPECTS_ANSWER));
	assert_true(talk_has(&t->heard[0], FACT_DNS_QUERY));
}

static void what_the_name_server_says_is_told(void **state)
{
	static const struct {
		uint16_t flags;
		enum fact_kind fact;
	} rows[] = {
		{ 0x8180, FACT_DNS_OK },        { 0x8182, FACT_DNS_SERVFAIL },
		{ 0x8183, FACT_DNS_NXDOMAIN },  { 0x8185, FACT_DNS_REFUSED },
		{ 0x8380, FACT_DNS_TRUNCATED },
	};
	struct talk *t = *state;

	t->dport = 53;
	for (uint16_t i = 0; i < 5; i++) {
		say(t, FLOW_CLIENT, dns(i, 0x0100, "a"));
		say(t, FLOW_SERVER, dns(i, rows[i].flags, "a"));
	}
	talk_end(t, 0);
	assert_int_equal(t->count, 5);
	for (size_t i = 0; i < 5; i++)
		for (size_t k = 0; k < 4; k++)
			assert_int_equal(talk_has(&t->heard[i], rows[k].fact),
					 i == k || (i == 4 && k == 0));
	assert_true(talk_has(&t->heard[4], FACT_DNS_TRUNCATED));
}

/* Names come from packets: nothing in them may move the reader's cursor. */
static void a_name_has_no_spaces_and_no_controls(void **state)
{
	struct talk *t = *state;

	t->dport = 53;
	say(t, FLOW_CLIENT, dns(1, 0x0100, "a\x1b[31m b\x7f\xff\n"));
	talk_end(t, 0);
	assert_string_equal(t->heard[0].note.name, "a?[31m?b???.com");
}

static void a_long_name_is_cut(void **state)
{
	struct talk *t = *state;
	char label[190];

	memset(label, 'x', sizeof(label));
	label[sizeof(label) - 1] = '\0';
	t->dport = 53;
	say(t, FLOW_CLIENT, dns(1, 0x0100, label));
	talk_end(t, 0);
	assert_int_equal(strlen(t->heard[0].note.name),
			 sizeof(t->heard[0].note.name) - 1);
}

/* At every length, from a block that ends there; and a name that points at
 * itself. */
static void a_cut_or_crooked_message_does_no_harm(void **state)
{
	struct talk *t = *state;
	struct message m = dns(1, 0x8180, "cut");

	t->dport = 53;
	for (uint32_t len = 0; len < m.len; len++) {
		uint8_t *copy = (uint8_t *)malloc(len + !len);

		assert_non_null(copy);
		memcpy(copy, m.bytes, len);
		talk_udp(t, FLOW_CLIENT, copy, len);
		free(copy);
	}
	m.bytes[12] = 0xc0;
	m.bytes[13] = 0x0c;
	say(t, FLOW_CLIENT, m);
	talk_end(t, 0);
	assert_int_equal(talk_counts(t).packets, m.len + 2);
}

static void an_answered_name_is_known_of_the_address(void **state)
{
	struct talk *t = *state;
	const struct address server = t->server;
	struct message m = dns(1, 0x8180, "www");

	m.bytes[7] = 1;
	put(&m, 0xc00c, 2);
	put(&m, 0x00010001, 4);
	put(&m, 60, 4);
	put(&m, 4, 2);
	put(&m, 0xac100102, 4);
	t->server = address_v4(0x08080808);
	t->dport = 53;
	say(t, FLOW_CLIENT, dns(1, 0x0100, "www"));
	say(t, FLOW_SERVER, m);
	t->server = server;
	t->dport = 5555;
	talk_syn(t);
	t->server.bytes[15]++;
	talk_syn(t);
	talk_end(t, 2000);
	assert_int_equal(t->count, 3);
	assert_true(talk_has(&t->heard[1], FACT_HAS_NAME));
	assert_false(talk_has(&t->heard[2], FACT_HAS_NAME));
}

static void the_end_at_a_services_port_is_the_server(void **state)
{
	struct talk *t = *state;

	t->dport = 123;
	talk_udp(t, FLOW_SERVER, NULL, 48);
	talk_udp(t, FLOW_CLIENT, NULL, 48);
	talk_end(t, 0);
	assert_int_equal(t->count, 1);
	assert_int_equal(t->heard[0].flow.ports[FLOW_SERVER], 123);
	assert_true(talk_has(&t->heard[0], FACT_UDP_ANSWERED));
}

static void nobody_expects_an_answer_of_a_group(void **state)
{
	struct talk *t = *state;

	t->dport = 5060;
	t->server = address_v4(0xe0000001);
	talk_udp(t, FLOW_CLIENT, NULL, 10);
	talk_end(t, 10000);
	assert_false(talk_has(&t->heard[0], FACT_UDP_SILENCE));
	assert_false(talk_has(&t->heard[0], FACT_UDP_EXPECTS_ANSWER));
}

static void ping(struct talk *t, int side, uint16_t id, uint16_t sequence)
{
	struct packet p = talk_packet(t, side, PACKET_ICMP);

	p.sport = p.dport = id;
	p.icmp = (struct packet_icmp){
		.type = side == FLOW_CLIENT ? ICMP_ECHO : ICMP_ECHO_REPLY,
		.id = id,
		.sequence = sequence,
	};
	talk_add(t, &p);
}

static void every_ping_is_a_flow_by_its_id(void **state)
{
	struct talk *t = *state;

	for (uint16_t i = 1; i <= 4; i++) {
		ping(t, FLOW_CLIENT, 77, i);
		if (i != 2)
			ping(t, FLOW_SERVER, 77, i);
		ping(t, FLOW_CLIENT, 78, i);
		talk_wait(t, 1000);
	}
	talk_end(t, 1000);
	assert_int_equal(t->count, 2);
	assert_true(talk_has(&t->heard[0], FACT_PING_ANSWERED));
	assert_true(talk_has(&t->heard[0], FACT_PING_LOST));
	assert_true(talk_has(&t->heard[1], FACT_PING_SILENCE));
	assert_false(talk_has(&t->heard[1], FACT_PING_LOST));
	assert_int_equal(t->heard[1].flow.half[FLOW_CLIENT].packets, 4);
}

static void the_last_echo_may_still_be_on_its_way(void **state)
{
	struct talk *t = *state;

	ping(t, FLOW_CLIENT, 77, 1);
	ping(t, FLOW_SERVER, 77, 1);
	talk_wait(t, 1000);
	ping(t, FLOW_CLIENT, 77, 2);
	talk_end(t, 100);
	assert_false(talk_has(&t->heard[0], FACT_PING_LOST));
}

static void arp(struct talk *t, int side, uint8_t station)
{
	struct packet p = talk_packet(t, side, PACKET_ARP);

	p.marks = side == FLOW_CLIENT ? PACKET_OUTGOING : PACKET_INCOMING;
	p.arp.op = side == FLOW_CLIENT ? 1 : 2;
	p.arp.sender_mac[5] = station;
	talk_add(t, &p);
}

static void an_address_that_nobody_answers_for_is_told(void **state)
{
	struct talk *t = *state;

	for (int i = 0; i < 3; i++) {
		arp(t, FLOW_CLIENT, 1);
		talk_wait(t, 1000);
	}
	talk_end(t, 1000);
	assert_int_equal(t->count, 1);
	assert_true(talk_has(&t->heard[0], FACT_ARP_SILENCE));
	assert_false(talk_has(&t->heard[0], FACT_ARP_ANSWERED));
}

static void two_stations_with_one_address_are_told(void **state)
{
	struct talk *t = *state;

	arp(t, FLOW_CLIENT, 1);
	arp(t, FLOW_SERVER, 2);
	talk_wait(t, 1);
	arp(t, FLOW_SERVER, 3);
	t->server.bytes[15]++;
	arp(t, FLOW_CLIENT, 1);
	arp(t, FLOW_SERVER, 4);
	talk_end(t, 0);
	assert_int_equal(t->count, 2);
	assert_true(talk_has(&t->heard[0], FACT_ARP_TWO_ANSWERS));
	assert_true(talk_has(&t->heard[1], FACT_ARP_ANSWERED));
	assert_false(talk_has(&t->heard[1], FACT_ARP_TWO_ANSWERS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TALK(every_dns_transaction_is_a_flow),
		IN_TALK(a_repeated_query_is_of_the_same_transaction),
		IN_TALK(what_the_name_server_says_is_told),
		IN_TALK(a_name_has_no_spaces_and_no_controls),
		IN_TALK(a_long_name_is_cut),
		IN_TALK(a_cut_or_crooked_message_does_no_harm),
		IN_TALK(an_answered_name_is_known_of_the_address),
		IN_TALK(the_end_at_a_services_port_is_the_server),
		IN_TALK(nobody_expects_an_answer_of_a_group),
		IN_TALK(every_ping_is_a_flow_by_its_id),
		IN_TALK(the_last_echo_may_still_be_on_its_way),
		IN_TALK(an_address_that_nobody_answers_for_is_told),
		IN_TALK(two_stations_with_one_address_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
