#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* What becomes of flows when there are too many, and of several inputs. */
#include "talk.h"
#include "trace/flow_table.h"

enum { LIMIT = 32, FLOWS = 200 };

static int talk_small(void **state)
{
	*state = talk_new(LIMIT, VANTAGE_UNKNOWN);
	return 0;
}

#define IN_SMALL(claim)                                                        \
	cmocka_unit_test_setup_teardown(claim, talk_small, talk_stop)

static void many_attempts(struct talk *t)
{
	for (int i = 0; i < FLOWS; i++) {
		t->sport = (uint16_t)(40000 + i);
		talk_syn(t);
		talk_wait(t, 1);
	}
}

static void evictions_are_delivered_and_counted(void **state)
{
	struct talk *t = *state;
	bool seen[FLOWS] = { false };
	size_t evicted = 0;

	many_attempts(t);
	talk_end(t, 0);
	assert_int_equal(t->count, FLOWS);
	for (size_t i = 0; i < t->count; i++) {
		unsigned k = t->heard[i].flow.ports[FLOW_CLIENT] - 40000U;

		assert_true(k < FLOWS && !seen[k]);
		seen[k] = true;
		evicted += t->heard[i].is_evicted;
		assert_int_equal(t->heard[i].flow.proofs[SHOWN_FIRST], k + 1);
		assert_true(talk_has(&t->heard[i], FACT_SYN_SEEN));
	}
	assert_int_equal(evicted, FLOWS - LIMIT);
	assert_int_equal(talk_counts(t).evicted, FLOWS - LIMIT);
	assert_int_equal(talk_counts(t).flows, FLOWS);
}

static void nothing_is_evicted_below_the_limit(void **state)
{
	struct talk *t = *state;

	for (int i = 0; i < LIMIT; i++) {
		t->sport = (uint16_t)(40000 + i);
		talk_syn(t);
	}
	assert_int_equal(t->count, 0);
	assert_int_equal(talk_counts(t).evicted, 0);
}

/* It is in every sweep, and never the one that was idle longest. */
static void a_busy_flow_is_not_evicted(void **state)
{
	struct talk *t = *state;
	uint32_t seq = 1;

	talk_handshake(t);
	for (int i = 0; i < FLOWS; i++) {
		t->sport = (uint16_t)(40000 + i);
		talk_syn(t);
		t->sport = 50502;
		talk_wait(t, 1);
		talk_tcp(t, FLOW_CLIENT, TCP_ACK, seq++, 1, 1);
	}
	for (size_t i = 0; i < t->count; i++)
		assert_int_not_equal(t->heard[i].flow.ports[FLOW_CLIENT],
				     50502);
	talk_end(t, 0);
	assert_int_equal(talk_counts(t).flows, FLOWS + 1);
}

static void what_was_evicted_may_come_again(void **state)
{
	struct talk *t = *state;
	size_t of_the_first = 0;

	talk_handshake(t);
	many_attempts(t);
	t->sport = 50502;
	talk_tcp(t, FLOW_CLIENT, TCP_ACK, 1, 1, 10);
	talk_end(t, 0);
	for (size_t i = 0; i < t->count; i++)
		of_the_first += t->heard[i].flow.ports[FLOW_CLIENT] == 50502;
	assert_int_equal(of_the_first, 2);
	assert_int_equal(t->count, FLOWS + 2);
}

/* Reused ports leave records behind that no packet finds any more. */
static void flows_of_a_reused_port_are_evicted_too(void **state)
{
	struct talk *t = *state;

	for (uint32_t i = 0; i < FLOWS; i++) {
		struct packet p =
			talk_segment(t, FLOW_CLIENT, TCP_SYN, i * 1000, 0);

		talk_add(t, &p);
		talk_wait(t, 1);
	}
	talk_tcp(t, FLOW_SERVER, TCP_SYN | TCP_ACK, 0, (FLOWS - 1) * 1000 + 1,
		 0);
	talk_end(t, 0);
	assert_int_equal(t->count, FLOWS);
	for (size_t i = 0; i < t->count; i++) {
		const struct flow *f = &t->heard[i].flow;
		bool is_last = f->isn == CLIENT_ISN + (FLOWS - 1) * 1000;

		assert_int_equal(f->half[FLOW_SERVER].packets, is_last);
	}
}

/* The evicted one is the older of two with the same ends. */
static void the_younger_of_two_with_one_port_is_still_found(void **state)
{
	struct talk *t = *state;
	struct packet p;

	talk_syn(t);
	p = talk_segment(t, FLOW_CLIENT, TCP_SYN, 5000, 0);
	talk_add(t, &p);
	for (int i = 0; i < LIMIT - 1; i++) {
		talk_wait(t, 1);
		t->sport++;
		talk_syn(t);
	}
	assert_int_equal(t->count, 1);
	assert_int_equal(t->heard[0].flow.isn, CLIENT_ISN);
	t->sport = 50502;
	talk_tcp(t, FLOW_SERVER, TCP_SYN | TCP_ACK, 0, 5001, 0);
	assert_int_equal(talk_counts(t).flows, LIMIT + 1);
}

static void forget(void *context, const struct flow *f,
		   const struct flow_note *note, const struct fact_set *facts)
{
	(void)f;
	(void)note;
	(void)facts;
	++*(size_t *)context;
}

/* Slots that fall free are used again, and those behind them still found. */
static void a_full_table_finds_its_flows_and_does_not_grow(void **state)
{
	enum { MOST = 6000, ALL = 60000 };

	const struct flow_limits limits = { .flows = MOST };
	struct talk *t = *state;
	size_t evicted = 0;
	uint32_t mask;

	flow_table_free(t->table);
	t->table = flow_table_new(&limits, forget, &evicted);
	assert_non_null(t->table);
	assert_int_equal(flow_table_input(t->table, 0, VANTAGE_UNKNOWN), 0);
	mask = t->table->slot_mask;
	for (uint32_t i = 0; i < ALL; i++) {
		t->client = address_v4(0x0a000000 + i);
		talk_syn(t);
		talk_wait(t, 1);
	}
	for (uint32_t i = ALL - MOST / 2; i < ALL; i++) {
		t->client = address_v4(0x0a000000 + i);
		talk_tcp(t, FLOW_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0);
	}
	assert_int_equal(talk_counts(t).flows, ALL);
	assert_int_equal(evicted, ALL - MOST);
	assert_int_equal(t->table->slot_mask, mask);
}

static void notes_of_evicted_flows_are_used_again(void **state)
{
	struct talk *t = *state;

	t->dport = 53;
	for (unsigned i = 0; i < 10 * LIMIT; i++) {
		const uint8_t query[17] = {
			(uint8_t)(i >> 8), (uint8_t)i, 1, 0, 0, 1,
			[14] = 1,          0,          1
		};

		talk_udp(t, FLOW_CLIENT, query, sizeof(query));
		talk_wait(t, 1);
	}
	assert_int_equal(t->count, 9 * LIMIT);
	assert_true(t->heard[0].has_note);
	assert_true(t->table->note_size <= 4 * LIMIT);
}

static void next_input(struct talk *t, uint16_t file, enum vantage v)
{
	assert_int_equal(flow_table_input(t->table, file, v), 0);
	t->frame = 0;
}

static void two_vantages_are_kept_apart(void **state)
{
	struct talk *t = talk_new(0, VANTAGE_CLIENT);

	(void)state;
	talk_syn(t);
	next_input(t, 1, VANTAGE_SERVER);
	talk_syn(t);
	talk_tcp(t, FLOW_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0);
	talk_end(t, 2000);
	assert_int_equal(t->count, 2);
	assert_int_equal(t->heard[0].flow.vantage, VANTAGE_CLIENT);
	assert_int_equal(t->heard[0].flow.half[FLOW_SERVER].packets, 0);
	assert_int_equal(t->heard[1].flow.vantage, VANTAGE_SERVER);
	assert_int_equal(t->heard[1].flow.half[FLOW_SERVER].packets, 1);
	assert_true(talk_has(&t->heard[0], FACT_AT_CLIENT));
	assert_true(talk_has(&t->heard[1], FACT_AT_SERVER));
	assert_int_equal(t->heard[1].flow.proof_files[SHOWN_FIRST], 1);
	assert_int_equal(t->heard[1].flow.proofs[SHOWN_FIRST], 1);
	talk_stop((void **)&t);
}

static void a_flow_goes_on_in_the_next_input(void **state)
{
	struct talk *t = *state;

	talk_syn(t);
	next_input(t, 1, VANTAGE_UNKNOWN);
	talk_wait(t, 100);
	talk_tcp(t, FLOW_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0);
	talk_end(t, 0);
	assert_int_equal(t->count, 1);
	assert_int_equal(t->heard[0].flow.proof_files[SHOWN_FIRST], 0);
	assert_int_equal(t->heard[0].flow.proof_files[SHOWN_ANSWER], 1);
	assert_int_equal(t->heard[0].flow.proofs[SHOWN_ANSWER], 1);
}

static bool silent_across(int64_t gap_ms)
{
	struct talk *t = talk_new(0, VANTAGE_UNKNOWN);
	bool is_silent;

	talk_syn(t);
	next_input(t, 1, VANTAGE_UNKNOWN);
	talk_wait(t, gap_ms);
	t->sport++;
	talk_handshake(t);
	talk_end(t, 3000);
	is_silent = talk_has(&t->heard[0], FACT_SYN_SILENCE);
	talk_stop((void **)&t);
	return is_silent;
}

/* Silence counts only while somebody listened. */
static void an_input_that_follows_at_once_goes_on_watching(void **state)
{
	(void)state;
	assert_true(silent_across(500));
	assert_false(silent_across(5000));
}

static void an_attempt_at_the_very_end_is_not_yet_silent(void **state)
{
	struct talk *t = *state;

	talk_syn(t);
	talk_end(t, 900);
	assert_false(talk_has(&t->heard[0], FACT_SYN_SILENCE));
	assert_true(talk_has(&t->heard[0], FACT_SYN_SEEN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SMALL(evictions_are_delivered_and_counted),
		IN_SMALL(nothing_is_evicted_below_the_limit),
		IN_SMALL(a_busy_flow_is_not_evicted),
		IN_SMALL(what_was_evicted_may_come_again),
		IN_SMALL(flows_of_a_reused_port_are_evicted_too),
		IN_SMALL(the_younger_of_two_with_one_port_is_still_found),
		IN_SMALL(notes_of_evicted_flows_are_used_again),
		IN_SMALL(a_full_table_finds_its_flows_and_does_not_grow),
		cmocka_unit_test(two_vantages_are_kept_apart),
		IN_TALK(a_flow_goes_on_in_the_next_input),
		cmocka_unit_test(
			an_input_that_follows_at_once_goes_on_watching),
		IN_TALK(an_attempt_at_the_very_end_is_not_yet_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
