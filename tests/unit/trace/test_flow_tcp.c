#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* What a TCP conversation shows of its opening, its data and its ending. */
#include "talk.h"

/* The facts of the talk's only flow, watched for so long after it. */
static const struct heard *end(struct talk *t, int64_t ms)
{
	talk_end(t, ms);
	assert_int_equal(t->count, 1);
	return &t->heard[0];
}

static void a_reset_that_acknowledges_the_syn_refuses_it(void **state)
{
	struct talk *t = *state;
	const struct heard *h;

	talk_syn(t);
	talk_tcp(t, FLOW_SERVER, TCP_RST | TCP_ACK, 0, 1, 0);
	h = end(t, 2000);
	assert_true(talk_has(h, FACT_RST_FOR_SYN));
	assert_false(talk_has(h, FACT_RST_IGNORED));
	assert_false(talk_has(h, FACT_HANDSHAKE_DONE));
	assert_int_equal(h->flow.proofs[SHOWN_ERROR], 2);
}

/* RFC 9293 3.10.7.3: the client goes on waiting, and so do we. */
static void a_reset_that_does_not_fit_refuses_nothing(void **state)
{
	struct talk *t = *state;
	const struct heard *h;

	talk_syn(t);
	talk_tcp(t, FLOW_SERVER, TCP_RST | TCP_ACK, 0, 5000, 0);
	talk_tcp(t, FLOW_SERVER, TCP_RST | TCP_ACK, 0, 0, 0);
	talk_tcp(t, FLOW_SERVER, TCP_RST, 0, 0, 0);
	h = end(t, 2000);
	assert_false(talk_has(h, FACT_RST_FOR_SYN));
	assert_true(talk_has(h, FACT_RST_IGNORED));
}

static void a_bare_ack_is_of_an_older_connection(void **state)
{
	struct talk *t = *state;
	const struct heard *h;

	talk_syn(t);
	talk_tcp(t, FLOW_SERVER, TCP_ACK, 777, 555000, 0);
	h = end(t, 2000);
	assert_true(talk_has(h, FACT_ACK_FOR_SYN));
	assert_false(talk_has(h, FACT_SYN_SILENCE));
	assert_false(talk_has(h, FACT_HANDSHAKE_DONE));
}

/* It fits: only the SYN-ACK was not captured. */
static void a_bare_ack_for_the_syn_is_of_this_connection(void **state)
{
	struct talk *t = *state;

	talk_syn(t);
	talk_tcp(t, FLOW_SERVER, TCP_ACK, 1, 1, 0);
	assert_false(talk_has(end(t, 2000), FACT_ACK_FOR_SYN));
}

static void a_handshake_that_the_client_does_not_end_is_told(void **state)
{
	struct talk *t = *state;
	const struct heard *h;

	talk_syn(t);
	for (int i = 0; i < 3; i++) {
		talk_tcp(t, FLOW_SERVER, TCP_SYN | TCP_ACK, 0, 1, 0);
		talk_wait(t, 1000);
		talk_syn(t);
	}
	h = end(t, 2000);
	assert_true(talk_has(h, FACT_SYNACK_SEEN));
	assert_true(talk_has(h, FACT_SYNACK_REPEATED));
	assert_true(talk_has(h, FACT_SYNACK_UNANSWERED));
	assert_true(talk_has(h, FACT_SYNACK_IGNORED));
	assert_false(talk_has(h, FACT_HANDSHAKE_DONE));
}

static void the_options_of_a_syn_are_told(void **state)
{
	struct talk *t = *state;
	struct packet p =
		talk_segment(t, FLOW_CLIENT, TCP_SYN | TCP_ECE | TCP_CWR, 0, 0);
	const struct heard *h;

	p.tcp.has_fast_open = true;
	p.tcp.has_md5 = true;
	p.tcp.has_timestamp = true;
	talk_add(t, &p);
	h = end(t, 2000);
	assert_true(talk_has(h, FACT_SYN_ECN));
	assert_true(talk_has(h, FACT_SYN_FAST_OPEN));
	assert_true(talk_has(h, FACT_SYN_SIGNED));
	assert_true(talk_has(h, FACT_SYN_TIMESTAMP));
	assert_false(talk_has(h, FACT_SYN_NO_TIMESTAMP));
	assert_false(talk_has(h, FACT_SYN_WITHOUT_ECN));
}

/* The client sends len bytes and repeats them so often. */
static void send_again(struct talk *t, uint32_t len, int times)
{
	talk_handshake(t);
	for (int i = 0; i <= times; i++) {
		talk_tcp(t, FLOW_CLIENT, TCP_PSH | TCP_ACK, 1, 1, len);
		talk_wait(t, 1000);
	}
}

static void data_sent_three_times_and_never_acknowledged_is_lost(void **state)
{
	struct talk *t = *state;
	const struct heard *h;

	send_again(t, 100, 2);
	h = end(t, 5000);
	assert_true(talk_has(h, FACT_CLIENT_DATA_LOST));
	assert_false(talk_has(h, FACT_SERVER_DATA_LOST));
	assert_false(talk_has(h, FACT_LOSS_REPAIRED));
	assert_int_equal(h->flow.half[FLOW_CLIENT].retransmitted, 2);
	assert_int_equal(h->flow.proofs[SHOWN_STUCK], t->frame);
}

static void data_that_is_acknowledged_in_the_end_is_repaired(void **state)
{
	struct talk *t = *state;
	const struct heard *h;

	send_again(t, 100, 3);
	talk_tcp(t, FLOW_SERVER, TCP_ACK, 1, 101, 0);
	talk_tcp(t, FLOW_CLIENT, TCP_ACK, 101, 1, 100);
	h = end(t, 5000);
	assert_false(talk_has(h, FACT_CLIENT_DATA_LOST));
	assert_true(talk_has(h, FACT_RETRANSMITTED));
	assert_true(talk_has(h, FACT_LOSS_REPAIRED));
	assert_true(talk_has(h, FACT_CLIENT_DATA_ACKED));
}

static void
a_segment_at_the_highest_number_is_followed_by_the_lowest(void **state)
{
	struct talk *t = *state;
	const uint32_t start = UINT32_MAX - CLIENT_ISN - 150;
	struct packet p = talk_segment(t, FLOW_CLIENT, TCP_SYN, start, 0);
	const struct heard *h;

	talk_add(t, &p);
	talk_tcp(t, FLOW_SERVER, TCP_SYN | TCP_ACK, 0, start + 1, 0);
	talk_tcp(t, FLOW_CLIENT, TCP_ACK, start + 1, 1, 0);
	for (uint32_t i = 0; i < 4; i++) {
		talk_tcp(t, FLOW_CLIENT, TCP_ACK, start + 1 + i * 100, 1, 100);
		talk_tcp(t, FLOW_SERVER, TCP_ACK, 1, start + 101 + i * 100, 0);
	}
	h = end(t, 5000);
	assert_false(talk_has(h, FACT_RETRANSMITTED));
	assert_false(talk_has(h, FACT_CAPTURE_GAPS));
	assert_true(talk_has(h, FACT_HANDSHAKE_DONE));
	assert_int_equal(h->flow.bytes[FLOW_CLIENT], 400);
}

static void a_keep_alive_is_no_retransmission(void **state)
{
	struct talk *t = *state;
	const struct heard *h;

	talk_handshake(t);
	talk_tcp(t, FLOW_CLIENT, TCP_ACK, 1, 1, 100);
	talk_tcp(t, FLOW_SERVER, TCP_ACK, 1, 101, 0);
	for (int i = 0; i < 5; i++) {
		talk_wait(t, 75000);
		talk_tcp(t, FLOW_CLIENT, TCP_ACK, 100, 1, 0);
		talk_tcp(t, FLOW_SERVER, TCP_ACK, 1, 101, 0);
	}
	h = end(t, 0);
	assert_true(talk_has(h, FACT_KEEP_ALIVE));
	assert_false(talk_has(h, FACT_RETRANSMITTED));
	assert_false(talk_has(h, FACT_CLIENT_DATA_LOST));
}

static void close_window(struct talk *t)
{
	struct packet p;

	talk_handshake(t);
	talk_tcp(t, FLOW_CLIENT, TCP_ACK, 1, 1, WINDOW);
	p = talk_segment(t, FLOW_SERVER, TCP_ACK, 1, WINDOW + 1);
	p.tcp.window = 0;
	talk_add(t, &p);
}

static void a_window_that_stays_closed_is_told(void **state)
{
	struct talk *t = *state;
	const struct heard *h;

	close_window(t);
	h = end(t, 5000);
	assert_true(talk_has(h, FACT_SERVER_WINDOW_ZERO));
	assert_false(talk_has(h, FACT_CLIENT_WINDOW_ZERO));
	assert_false(talk_has(h, FACT_WINDOW_WAS_ZERO));
}

static void a_window_that_opens_again_is_a_note(void **state)
{
	struct talk *t = *state;
	const struct heard *h;

	close_window(t);
	talk_wait(t, 200);
	talk_tcp(t, FLOW_SERVER, TCP_ACK, 1, WINDOW + 1, 0);
	h = end(t, 5000);
	assert_false(talk_has(h, FACT_SERVER_WINDOW_ZERO));
	assert_true(talk_has(h, FACT_WINDOW_WAS_ZERO));
}

/* The same IP id: a mirror port, not a sender. */
static void a_twin_of_a_mirror_is_no_retransmission(void **state)
{
	struct talk *t = *state;
	const struct heard *h;

	talk_handshake(t);
	for (uint32_t i = 0; i < 5; i++) {
		struct packet p =
			talk_segment(t, FLOW_CLIENT, TCP_ACK, 1 + i * 100, 1);

		p.payload_len = 100;
		talk_add(t, &p);
		talk_add(t, &p);
	}
	h = end(t, 0);
	assert_true(talk_has(h, FACT_DUPLICATED));
	assert_false(talk_has(h, FACT_RETRANSMITTED));
	assert_int_equal(h->flow.bytes[FLOW_CLIENT], 500);
}

static void what_was_never_captured_is_a_gap(void **state)
{
	struct talk *t = *state;
	const struct heard *h;

	talk_handshake(t);
	talk_tcp(t, FLOW_CLIENT, TCP_ACK, 1, 1, 100);
	talk_tcp(t, FLOW_SERVER, TCP_ACK, 1, 501, 0);
	h = end(t, 0);
	assert_true(talk_has(h, FACT_CAPTURE_GAPS));
	assert_false(talk_has(h, FACT_CLIENT_DATA_LOST));
}

static void a_reset_behind_a_fin_is_harmless(void **state)
{
	struct talk *t = *state;
	const struct heard *h;

	talk_handshake(t);
	talk_tcp(t, FLOW_CLIENT, TCP_FIN | TCP_ACK, 1, 1, 0);
	talk_tcp(t, FLOW_SERVER, TCP_RST | TCP_ACK, 1, 2, 0);
	h = end(t, 0);
	assert_true(talk_has(h, FACT_RST_AFTER_FIN));
	assert_true(talk_has(h, FACT_CLIENT_FIN));
	assert_false(talk_has(h, FACT_SERVER_CLOSED_FIRST));
}

/* Far from every number in use: nobody believes it. */
static void a_reset_far_away_is_not_an_ending(void **state)
{
	struct talk *t = *state;
	const struct heard *h;

	talk_handshake(t);
	talk_tcp(t, FLOW_CLIENT, TCP_ACK, 1, 1, 100);
	talk_tcp(t, FLOW_SERVER, TCP_RST, UINT32_C(1) << 30, 0, 0);
	h = end(t, 0);
	assert_true(talk_has(h, FACT_RST_IGNORED));
	assert_false(talk_has(h, FACT_SERVER_RST));
}

/* Both ends went on: somebody else had made it. */
static void a_reset_that_nobody_obeys_is_not_an_ending(void **state)
{
	struct talk *t = *state;
	const struct heard *h;

	talk_handshake(t);
	talk_tcp(t, FLOW_SERVER, TCP_RST, 1, 0, 0);
	talk_tcp(t, FLOW_CLIENT, TCP_ACK, 1, 1, 100);
	talk_tcp(t, FLOW_SERVER, TCP_ACK, 1, 101, 100);
	talk_tcp(t, FLOW_CLIENT, TCP_ACK, 101, 101, 0);
	h = end(t, 0);
	assert_true(talk_has(h, FACT_RST_IGNORED));
	assert_false(talk_has(h, FACT_SERVER_RST));
}

/* tcpd sleeps five seconds before it turns somebody away. */
static void a_close_without_a_word_is_told_with_its_delay(void **state)
{
	struct talk *t = *state;
	const struct heard *h;

	talk_handshake(t);
	talk_tcp(t, FLOW_CLIENT, TCP_ACK, 1, 1, 10);
	talk_wait(t, 5000);
	talk_tcp(t, FLOW_SERVER, TCP_FIN | TCP_ACK, 1, 11, 0);
	h = end(t, 0);
	assert_true(talk_has(h, FACT_SERVER_CLOSED_FIRST));
	assert_true(talk_has(h, FACT_CLOSED_AFTER_5S));
	assert_false(talk_has(h, FACT_CLOSED_AT_ONCE));
	assert_int_equal(h->flow.proofs[SHOWN_END], 5);
}

/* Nobody had asked for anything, nor was to be greeted. */
static void the_close_of_an_unused_connection_is_no_refusal(void **state)
{
	struct talk *t = *state;
	const struct heard *h;

	t->dport = 80;
	talk_handshake(t);
	talk_wait(t, 60000);
	talk_tcp(t, FLOW_SERVER, TCP_FIN | TCP_ACK, 1, 1, 0);
	h = end(t, 0);
	assert_true(talk_has(h, FACT_SERVER_FIN));
	assert_false(talk_has(h, FACT_SERVER_CLOSED_FIRST));
}

static void one_direction_alone_is_known_as_such(void **state)
{
	struct talk *t = *state;
	const struct heard *h;

	talk_syn(t);
	talk_tcp(t, FLOW_CLIENT, TCP_ACK, 1, 1, 0);
	talk_tcp(t, FLOW_CLIENT, TCP_ACK, 1, 1, 100);
	h = end(t, 5000);
	assert_true(talk_has(h, FACT_ONE_WAY_CLIENT));
	assert_false(talk_has(h, FACT_SYN_SILENCE));
	assert_false(talk_has(h, FACT_CLIENT_DATA_LOST));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TALK(a_reset_that_acknowledges_the_syn_refuses_it),
		IN_TALK(a_reset_that_does_not_fit_refuses_nothing),
		IN_TALK(a_bare_ack_is_of_an_older_connection),
		IN_TALK(a_bare_ack_for_the_syn_is_of_this_connection),
		IN_TALK(a_handshake_that_the_client_does_not_end_is_told),
		IN_TALK(the_options_of_a_syn_are_told),
		IN_TALK(data_sent_three_times_and_never_acknowledged_is_lost),
		IN_TALK(data_that_is_acknowledged_in_the_end_is_repaired),
		IN_TALK(a_segment_at_the_highest_number_is_followed_by_the_lowest),
		IN_TALK(a_keep_alive_is_no_retransmission),
		IN_TALK(a_window_that_stays_closed_is_told),
		IN_TALK(a_window_that_opens_again_is_a_note),
		IN_TALK(a_twin_of_a_mirror_is_no_retransmission),
		IN_TALK(what_was_never_captured_is_a_gap),
		IN_TALK(a_reset_behind_a_fin_is_harmless),
		IN_TALK(a_reset_far_away_is_not_an_ending),
		IN_TALK(a_reset_that_nobody_obeys_is_not_an_ending),
		IN_TALK(a_close_without_a_word_is_told_with_its_delay),
		IN_TALK(the_close_of_an_unused_connection_is_no_refusal),
		IN_TALK(one_direction_alone_is_known_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
