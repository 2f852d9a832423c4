#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* ICMP errors, joined to the flow of the packet that they quote. */
#include "net/icmp.h"
#include "talk.h"

enum { ROUTER = 0x0a0100fe };

/* An error that the talk's first packet of that side earned. */
static struct packet error_about(struct talk *t, int side, uint8_t protocol,
				 uint8_t type, uint8_t code)
{
	const struct packet quoted = talk_packet(t, side, protocol);
	struct packet p = talk_packet(t, !side, PACKET_ICMP);

	p.marks = PACKET_TTL;
	p.sport = p.dport = 0;
	p.icmp = (struct packet_icmp){
		.type = type,
		.code = code,
		.quote = { .protocol = protocol,
			   .has_ports = true,
			   .src = quoted.src,
			   .dst = quoted.dst,
			   .sport = quoted.sport,
			   .dport = quoted.dport,
			   .seq = CLIENT_ISN },
	};
	return p;
}

static void tell(struct talk *t, uint8_t type, uint8_t code, uint32_t sender)
{
	struct packet p = error_about(t, FLOW_CLIENT, PACKET_TCP, type, code);

	if (sender)
		p.src = address_v4(sender);
	talk_add(t, &p);
}

static void an_error_is_joined_to_what_it_quotes(void **state)
{
	struct talk *t = *state;
	const struct heard *h = &t->heard[0];

	talk_syn(t);
	talk_wait(t, 3);
	tell(t, ICMP_UNREACHABLE, ICMP_HOST_PROHIBITED, 0);
	t->sport++;
	talk_syn(t);
	talk_end(t, 2000);
	assert_int_equal(t->count, 2);
	assert_true(h->has_note);
	assert_int_equal(h->note.icmp_version, 4);
	assert_int_equal(h->note.icmp_type, ICMP_UNREACHABLE);
	assert_int_equal(h->note.icmp_code, ICMP_HOST_PROHIBITED);
	assert_int_equal(h->note.icmp_ns, 3 * CLOCK_MILLISECOND);
	assert_true(address_equal(&h->note.icmp_sender, &t->server));
	assert_true(talk_has(h, FACT_ICMP_PROHIBITED));
	assert_true(talk_has(h, FACT_ICMP_FROM_TARGET));
	assert_true(talk_has(h, FACT_ICMP_AT_ONCE));
	assert_int_equal(h->flow.proofs[SHOWN_ERROR], 3);
	assert_false(talk_has(&t->heard[1], FACT_ICMP_ERROR));
	assert_int_equal(talk_counts(t).not_ip, 1);
}

static void the_sender_of_an_error_is_told_apart(void **state)
{
	static const struct {
		uint32_t sender;
		enum fact_kind fact;
	} rows[] = { { 0xac100102, FACT_ICMP_FROM_TARGET },
		     { ROUTER, FACT_ICMP_FROM_OTHER },
		     { 0x0a010007, FACT_ICMP_FROM_CLIENT } };
	struct talk *t = *state;

	for (int i = 0; i < 3; i++) {
		talk_syn(t);
		tell(t, ICMP_UNREACHABLE, ICMP_HOST_UNREACHABLE,
		     rows[i].sender);
		t->sport++;
	}
	talk_end(t, 0);
	for (int i = 0; i < 3; i++)
		for (int k = 0; k < 3; k++)
			assert_int_equal(talk_has(&t->heard[i], rows[k].fact),
					 i == k);
}

/* Every code of either version that carries a diagnosis, to its own fact. */
static void each_error_says_what_it_says(void **state)
{
	static const struct {
		uint8_t type, code;
		enum fact_kind fact;
	} rows[] = {
		{ 3, 0, FACT_ICMP_NET },
		{ 3, 1, FACT_ICMP_HOST },
		{ 3, 2, FACT_ICMP_PROTOCOL },
		{ 3, 3, FACT_ICMP_PORT },
		{ 3, 4, FACT_ICMP_TOO_BIG },
		{ 3, 6, FACT_ICMP_NET },
		{ 3, 7, FACT_ICMP_HOST },
		{ 3, 9, FACT_ICMP_PROHIBITED },
		{ 3, 10, FACT_ICMP_PROHIBITED },
		{ 3, 13, FACT_ICMP_PROHIBITED },
		{ 11, 0, FACT_ICMP_TTL },
		{ 11, 1, FACT_ICMP_REASSEMBLY },
	};

	enum { ROWS = sizeof(rows) / sizeof(*rows) };

	struct talk *t = *state;

	for (int i = 0; i < ROWS; i++) {
		talk_syn(t);
		tell(t, rows[i].type, rows[i].code, 0);
		t->sport++;
	}
	talk_end(t, 0);
	for (int i = 0; i < ROWS; i++)
		for (int k = 0; k < ROWS; k++)
			assert_int_equal(talk_has(&t->heard[i], rows[k].fact),
					 rows[i].fact == rows[k].fact);
}

static void an_error_of_ipv6_has_its_own_codes(void **state)
{
	static const enum fact_kind facts[] = {
		FACT_ICMP_NET,         FACT_ICMP_PROHIBITED,
		FACT_ICMP_NET,         FACT_ICMP_HOST,
		FACT_ICMP_PORT,        FACT_ICMP_REJECT_ROUTE,
		FACT_ICMP_REJECT_ROUTE
	};
	struct talk *t = *state;

	memset(&t->client, 0x20, sizeof(t->client));
	memset(&t->server, 0x21, sizeof(t->server));
	for (uint8_t code = 0; code < 7; code++) {
		struct packet p;

		talk_syn(t);
		p = error_about(t, FLOW_CLIENT, PACKET_TCP, ICMP6_UNREACHABLE,
				code);
		p.protocol = PACKET_ICMP6;
		talk_add(t, &p);
		t->sport++;
	}
	talk_end(t, 0);
	assert_int_equal(t->count, 7);
	for (int i = 0; i < 7; i++) {
		assert_true(talk_has(&t->heard[i], facts[i]));
		assert_int_equal(t->heard[i].note.icmp_version, 6);
	}
}

static void an_error_without_its_flow_makes_one(void **state)
{
	struct talk *t = *state;

	tell(t, ICMP_UNREACHABLE, ICMP_HOST_PROHIBITED, ROUTER);
	talk_end(t, 0);
	assert_int_equal(t->count, 1);
	assert_int_equal(t->heard[0].flow.opening, OPENING_QUOTED);
	assert_int_equal(t->heard[0].flow.ports[FLOW_SERVER], 5555);
	assert_true(talk_has(&t->heard[0], FACT_ICMP_FROM_OTHER));
	/* How late it came nobody knows. */
	assert_false(talk_has(&t->heard[0], FACT_ICMP_AT_ONCE));
}

static void a_refusal_says_more_than_a_hint_on_the_size(void **state)
{
	struct talk *t = *state;

	talk_syn(t);
	tell(t, ICMP_UNREACHABLE, ICMP_FRAGMENTATION_NEEDED, ROUTER);
	tell(t, ICMP_UNREACHABLE, ICMP_HOST_PROHIBITED, 0);
	tell(t, ICMP_UNREACHABLE, ICMP_NET_UNREACHABLE, ROUTER);
	tell(t, ICMP_UNREACHABLE, ICMP_FRAGMENTATION_NEEDED, ROUTER);
	talk_end(t, 0);
	assert_int_equal(t->heard[0].note.icmp_code, ICMP_HOST_PROHIBITED);
	assert_int_equal(t->heard[0].flow.proofs[SHOWN_ERROR], 5);
}

static void too_big_is_no_refusal_of_tcp(void **state)
{
	struct talk *t = *state;
	struct packet p;

	talk_handshake(t);
	p = error_about(t, FLOW_SERVER, PACKET_TCP, ICMP_UNREACHABLE,
			ICMP_FRAGMENTATION_NEEDED);
	p.icmp.mtu = 1400;
	talk_add(t, &p);
	talk_end(t, 0);
	assert_int_equal(t->count, 1);
	assert_true(talk_has(&t->heard[0], FACT_ICMP_TOO_BIG));
	assert_false(talk_has(&t->heard[0], FACT_ICMP_ERROR));
	assert_int_equal(t->heard[0].note.icmp_mtu, 1400);
}

static void an_error_about_dns_finds_its_transaction(void **state)
{
	static const uint8_t ids[2][12] = { { 0xbe, 0xef }, { 0xca, 0xfe } };
	struct talk *t = *state;
	struct packet p;

	t->dport = 53;
	talk_udp(t, FLOW_CLIENT, ids[0], 12);
	talk_udp(t, FLOW_CLIENT, ids[1], 12);
	p = error_about(t, FLOW_CLIENT, PACKET_UDP, ICMP_UNREACHABLE,
			ICMP_PORT_UNREACHABLE);
	p.icmp.quote.udp_head = 0xbeef;
	talk_add(t, &p);
	p.icmp.quote.udp_head = 0; /* not quoted: the latest of these ends */
	talk_add(t, &p);
	talk_end(t, 0);
	assert_int_equal(t->count, 2);
	assert_int_equal(t->heard[0].flow.tag, 0xbeef);
	assert_true(talk_has(&t->heard[0], FACT_ICMP_PORT));
	assert_int_equal(t->heard[1].flow.tag, 0xcafe);
	assert_true(talk_has(&t->heard[1], FACT_ICMP_PORT));
}

/* The client has closed its socket: the server's answer is only late. */
static void an_error_about_a_late_answer_refuses_nothing(void **state)
{
	struct talk *t = *state;
	struct packet p;

	t->dport = 123;
	talk_udp(t, FLOW_CLIENT, NULL, 48);
	talk_udp(t, FLOW_SERVER, NULL, 48);
	p = error_about(t, FLOW_SERVER, PACKET_UDP, ICMP_UNREACHABLE,
			ICMP_PORT_UNREACHABLE);
	talk_add(t, &p);
	talk_end(t, 0);
	assert_int_equal(t->count, 1);
	assert_false(talk_has(&t->heard[0], FACT_ICMP_ERROR));
}

/* tcpdump's text of "host 172.16.1.2 unreachable" names no port. */
static void
an_error_without_ports_means_an_attempt_between_the_two(void **state)
{
	struct talk *t = *state;
	struct packet p;

	talk_syn(t);
	t->sport++;
	talk_syn(t);
	p = error_about(t, FLOW_CLIENT, PACKET_TCP, ICMP_UNREACHABLE,
			ICMP_HOST_UNREACHABLE);
	p.icmp.quote = (struct packet_quote){ .dst = t->server };
	talk_add(t, &p);
	talk_add(t, &p);
	p.icmp.quote.dst = address_v4(0x08080808);
	talk_add(t, &p);
	talk_end(t, 0);
	assert_int_equal(t->count, 2);
	assert_true(talk_has(&t->heard[0], FACT_ICMP_HOST));
	assert_true(talk_has(&t->heard[1], FACT_ICMP_HOST));
	assert_int_equal(talk_counts(t).not_ip, 2);
}

static void what_is_no_error_blames_nobody(void **state)
{
	static const uint8_t types[] = { 4, 5, 12, 13, 30 };
	struct talk *t = *state;

	talk_syn(t);
	for (size_t i = 0; i < sizeof(types); i++)
		tell(t, types[i], 1, 0);
	talk_end(t, 0);
	assert_int_equal(t->count, 1);
	assert_false(talk_has(&t->heard[0], FACT_ICMP_ERROR));
	assert_int_equal(talk_counts(t).not_ip, sizeof(types) + 1);
}

static void a_parameter_problem_of_ipv6_blames_nobody(void **state)
{
	struct talk *t = *state;
	struct packet p;

	memset(&t->client, 0x20, sizeof(t->client));
	memset(&t->server, 0x21, sizeof(t->server));
	talk_syn(t);
	p = error_about(t, FLOW_CLIENT, PACKET_TCP, ICMP6_PARAMETER, 0);
	p.protocol = PACKET_ICMP6;
	talk_add(t, &p);
	talk_end(t, 0);
	assert_int_equal(t->count, 1);
	assert_false(t->heard[0].has_note);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TALK(an_error_is_joined_to_what_it_quotes),
		IN_TALK(the_sender_of_an_error_is_told_apart),
		IN_TALK(each_error_says_what_it_says),
		IN_TALK(an_error_of_ipv6_has_its_own_codes),
		IN_TALK(an_error_without_its_flow_makes_one),
		IN_TALK(a_refusal_says_more_than_a_hint_on_the_size),
		IN_TALK(too_big_is_no_refusal_of_tcp),
		IN_TALK(an_error_about_dns_finds_its_transaction),
		IN_TALK(an_error_about_a_late_answer_refuses_nothing),
		IN_TALK(an_error_without_ports_means_an_attempt_between_the_two),
		IN_TALK(what_is_no_error_blames_nobody),
		IN_TALK(a_parameter_problem_of_ipv6_blames_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
