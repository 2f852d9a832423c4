#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/resource.h>

#include "talk.h"
#include "trace/flow_table.h"

static void a_conversation_is_one_flow_in_both_directions(void **state)
{
	struct talk *t = *state;
	const struct flow *f = &t->heard[0].flow;

	talk_handshake(t);
	talk_tcp(t, FLOW_CLIENT, TCP_PSH | TCP_ACK, 1, 1, 100);
	talk_tcp(t, FLOW_SERVER, TCP_PSH | TCP_ACK, 1, 101, 2000);
	talk_tcp(t, FLOW_CLIENT, TCP_ACK, 101, 2001, 0);
	talk_end(t, 0);
	assert_int_equal(t->count, 1);
	assert_int_equal(talk_counts(t).flows, 1);
	assert_true(address_equal(&f->addresses[FLOW_CLIENT], &t->client));
	assert_true(address_equal(&f->addresses[FLOW_SERVER], &t->server));
	assert_int_equal(f->ports[FLOW_CLIENT], 50502);
	assert_int_equal(f->ports[FLOW_SERVER], 5555);
	assert_int_equal(f->half[FLOW_CLIENT].packets, 4);
	assert_int_equal(f->half[FLOW_SERVER].packets, 2);
	assert_int_equal(f->bytes[FLOW_CLIENT], 100);
	assert_int_equal(f->bytes[FLOW_SERVER], 2000);
	assert_int_equal(f->opening, OPENING_SYN);
	assert_int_equal(f->isn, CLIENT_ISN);
	assert_int_equal(f->open_us, 11000);
	assert_int_equal(f->last_ns - f->first_ns, 11 * CLOCK_MILLISECOND);
}

static void each_part_of_the_key_keeps_flows_apart(void **state)
{
	struct talk *t = *state;

	talk_syn(t);
	t->sport++;
	talk_syn(t);
	t->dport++;
	talk_syn(t);
	t->client.bytes[15]++;
	talk_syn(t);
	t->server.bytes[12]++;
	talk_syn(t);
	talk_udp(t, FLOW_CLIENT, NULL, 10);
	talk_end(t, 0);
	assert_int_equal(t->count, 6);
}

static void whoever_sends_the_syn_is_the_client(void **state)
{
	struct talk *t = *state;

	t->sport = 22;
	t->dport = 50000;
	talk_handshake(t);
	talk_end(t, 0);
	assert_int_equal(t->count, 1);
	assert_int_equal(t->heard[0].flow.ports[FLOW_CLIENT], 22);
	assert_int_equal(t->heard[0].flow.ports[FLOW_SERVER], 50000);
}

static void in_the_middle_the_lower_port_is_the_server(void **state)
{
	struct talk *t = *state;

	t->dport = 22;
	talk_tcp(t, FLOW_SERVER, TCP_ACK, 5000, 5000, 100);
	talk_tcp(t, FLOW_CLIENT, TCP_ACK, 5000, 5100, 0);
	talk_end(t, 0);
	assert_int_equal(t->count, 1);
	assert_int_equal(t->heard[0].flow.ports[FLOW_SERVER], 22);
	assert_int_equal(t->heard[0].flow.opening, OPENING_MIDSTREAM);
	assert_true(talk_has(&t->heard[0], FACT_MIDSTREAM));
}

/* Port reuse: the same ends, and another initial sequence number. */
static void a_new_initial_number_begins_a_new_flow(void **state)
{
	struct talk *t = *state;
	struct packet again;

	talk_handshake(t);
	talk_tcp(t, FLOW_SERVER, TCP_RST | TCP_ACK, 1, 1, 0);
	talk_wait(t, 5000);
	again = talk_segment(t, FLOW_CLIENT, TCP_SYN, 500000, 0);
	talk_add(t, &again);
	again = talk_segment(t, FLOW_SERVER, TCP_SYN | TCP_ACK, 90000, 500001);
	talk_add(t, &again);
	talk_end(t, 0);
	assert_int_equal(t->count, 2);
	assert_int_equal(t->heard[0].flow.isn, CLIENT_ISN);
	assert_int_equal(t->heard[1].flow.isn, CLIENT_ISN + 500000);
	assert_int_equal(t->heard[0].flow.half[FLOW_SERVER].packets, 2);
	assert_int_equal(t->heard[1].flow.half[FLOW_SERVER].packets, 1);
	assert_true(talk_has(&t->heard[0], FACT_SERVER_RST));
	assert_false(talk_has(&t->heard[1], FACT_SERVER_RST));
}

static void a_repeated_syn_is_of_the_same_flow(void **state)
{
	struct talk *t = *state;
	const struct heard *h = &t->heard[0];

	talk_syn(t);
	talk_wait(t, 1000);
	talk_syn(t);
	talk_wait(t, 2000);
	talk_syn(t);
	talk_end(t, 500);
	assert_int_equal(t->count, 1);
	assert_int_equal(h->flow.syns, 3);
	assert_true(talk_has(h, FACT_SYN_REPEATED));
	assert_true(talk_has(h, FACT_SYN_SILENCE));
	assert_int_equal(h->flow.proofs[SHOWN_FIRST], 1);
	assert_int_equal(h->flow.proofs[SHOWN_REPEAT], 3);
	assert_int_equal(h->flow.proofs[SHOWN_ANSWER], 0);
}

/* Many flows, answered in another order than they were begun in. */
static void every_answer_finds_its_flow(void **state)
{
	enum { FLOWS = 50021, STRIDE = 7919 };

	struct talk *t = *state;
	const struct flow_table *table = t->table;

	for (unsigned i = 0; i < FLOWS; i++) {
		t->client = address_v4(0x0a000000 + i / 100);
		t->sport = (uint16_t)(40000 + i % 100);
		talk_syn(t);
	}
	for (unsigned k = 0, i = 0; k < FLOWS; k++, i = (i + STRIDE) % FLOWS) {
		t->client = address_v4(0x0a000000 + i / 100);
		t->sport = (uint16_t)(40000 + i % 100);
		talk_tcp(t, FLOW_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0);
	}
	assert_int_equal(talk_counts(t).flows, FLOWS);
	assert_int_equal(table->used, FLOWS);
	for (unsigned i = 0; i < FLOWS; i++)
		assert_int_equal(table->flows[i].half[FLOW_SERVER].packets, 1);
}

static long resident_kb(void)
{
	struct rusage usage;

	assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
	return usage.ru_maxrss;
}

static void a_million_packets_of_one_flow_take_no_memory(void **state)
{
	struct talk *t = *state;
	const struct flow_table *table = t->table;
	uint32_t mask = table->slot_mask;
	uint32_t seq = 1;
	long before;

	talk_handshake(t);
	before = resident_kb();
	for (int i = 0; i < 500000; i++, seq += 1000) {
		talk_wait(t, 1);
		talk_tcp(t, FLOW_SERVER, TCP_ACK, seq, 1, 1000);
		talk_tcp(t, FLOW_CLIENT, TCP_ACK, 1, seq + 1000, 0);
	}
	assert_true(resident_kb() - before < 4096);
	assert_int_equal(table->used, 1);
	assert_int_equal(table->slot_mask, mask);
	assert_int_equal(table->note_size, 0);
	talk_end(t, 0);
	assert_int_equal(t->heard[0].flow.half[FLOW_SERVER].packets, 500001);
	assert_true(t->heard[0].flow.bytes[FLOW_SERVER] == 500000000);
	assert_false(talk_has(&t->heard[0], FACT_RETRANSMITTED));
}

static void what_has_no_flow_is_counted(void **state)
{
	static const struct packet rows[] = {
		{ .time_ns = 7, .protocol = 89, .version = 4 },
		{ .time_ns = 3, .protocol = PACKET_NOT_IP },
		{ .time_ns = 5,
		  .protocol = PACKET_TCP,
		  .marks = PACKET_LATER_FRAGMENT },
		{ .time_ns = 9,
		  .protocol = PACKET_UDP,
		  .marks = PACKET_TRUNCATED },
	};
	struct talk *t = *state;
	struct flow_counts counts;

	assert_int_equal(flow_table_add(t->table, rows, 4), 0);
	counts = talk_counts(t);
	assert_int_equal(counts.packets, 4);
	assert_int_equal(counts.not_ip, 2);
	assert_int_equal(counts.fragments, 1);
	assert_int_equal(counts.truncated, 1);
	assert_int_equal(counts.flows, 0);
	assert_int_equal(counts.first_ns, 3);
	assert_int_equal(counts.last_ns, 9);
}

/* A batch is hashed ahead: what its first packets begin the others find. */
static void packets_of_one_batch_find_each_other(void **state)
{
	enum { MANY = 1000 };

	struct talk *t = *state;
	struct packet packets[MANY];

	packets[0] = talk_segment(t, FLOW_CLIENT, TCP_SYN, 0, 0);
	packets[1] = talk_segment(t, FLOW_SERVER, TCP_SYN | TCP_ACK, 0, 1);
	for (uint32_t i = 2; i < MANY; i++) {
		packets[i] = talk_segment(t, FLOW_CLIENT, TCP_ACK, i - 1, 1);
		packets[i].payload_len = 1;
	}
	assert_int_equal(flow_table_add(t->table, packets, MANY), 0);
	talk_end(t, 0);
	assert_int_equal(t->count, 1);
	assert_int_equal(t->heard[0].flow.half[FLOW_CLIENT].packets, MANY - 1);
	assert_int_equal(t->heard[0].flow.bytes[FLOW_CLIENT], MANY - 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TALK(a_conversation_is_one_flow_in_both_directions),
		IN_TALK(each_part_of_the_key_keeps_flows_apart),
		IN_TALK(whoever_sends_the_syn_is_the_client),
		IN_TALK(in_the_middle_the_lower_port_is_the_server),
		IN_TALK(a_new_initial_number_begins_a_new_flow),
		IN_TALK(a_repeated_syn_is_of_the_same_flow),
		IN_TALK(every_answer_finds_its_flow),
		IN_TALK(a_million_packets_of_one_flow_take_no_memory),
		IN_TALK(what_has_no_flow_is_counted),
		IN_TALK(packets_of_one_batch_find_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
