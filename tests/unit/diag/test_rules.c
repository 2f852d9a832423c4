#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "facts.h"

#define F(name) FACT_##name

enum { ROW_FACTS = 6 };

struct row {
	enum symptom symptom;
	enum fact_kind facts[ROW_FACTS];
};

static void assert_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct fact_set facts = facts_of(rows[i].facts);
		enum symptom s = diag_symptom(&facts);

		if (s != rows[i].symptom)
			fail_msg("row %zu: %s, not %s", i, symptom_id(s),
				 symptom_id(rows[i].symptom));
	}
}

/* Every symptom that a trace can show, from the facts that show it. */
static const struct row plain[] = {
	{ SYMPTOM_NOT_ENOUGH_SEEN, { F(IS_V4) } },
	{ SYMPTOM_NAME_NOT_RESOLVED,
	  { F(UDP_REQUEST), F(UDP_ANSWERED), F(DNS_NXDOMAIN) } },
	{ SYMPTOM_NAME_NOT_RESOLVED,
	  { F(UDP_REQUEST), F(UDP_ANSWERED), F(DNS_SERVFAIL) } },
	{ SYMPTOM_UDP_REFUSED_BY_ICMP,
	  { F(UDP_REQUEST), F(ICMP_ERROR), F(ICMP_PORT) } },
	{ SYMPTOM_UDP_UNANSWERED,
	  { F(UDP_REQUEST), F(UDP_SILENCE), F(UDP_EXPECTS_ANSWER) } },
	{ SYMPTOM_NOT_ENOUGH_SEEN, { F(UDP_REQUEST), F(UDP_SILENCE) } },
	{ SYMPTOM_NONE, { F(UDP_REQUEST), F(UDP_ANSWERED), F(DNS_OK) } },
	{ SYMPTOM_NONE, { F(PING_ANSWERED) } },
	{ SYMPTOM_LOSSY, { F(PING_ANSWERED), F(PING_LOST) } },
	{ SYMPTOM_ARP_UNANSWERED, { F(ARP_SILENCE) } },
	{ SYMPTOM_NONE, { F(ARP_ANSWERED) } },
	{ SYMPTOM_SYN_UNANSWERED, { F(SYN_SEEN), F(SYN_SILENCE) } },
	{ SYMPTOM_NOT_ENOUGH_SEEN, { F(SYN_SEEN) } },
	{ SYMPTOM_REFUSED_BY_RST, { F(SYN_SEEN), F(RST_FOR_SYN) } },
	{ SYMPTOM_REFUSED_BY_ICMP, { F(SYN_SEEN), F(ICMP_ERROR) } },
	{ SYMPTOM_HANDSHAKE_INCOMPLETE,
	  { F(SYN_SEEN), F(SYNACK_SEEN), F(SYNACK_UNANSWERED) } },
	{ SYMPTOM_SYNACK_UNANSWERED,
	  { F(SYN_SEEN), F(SYNACK_SEEN), F(SYNACK_UNANSWERED), F(AT_SERVER) } },
	{ SYMPTOM_HANDSHAKE_INCOMPLETE, { F(SYN_SEEN), F(ACK_FOR_SYN) } },
	{ SYMPTOM_RESET_AFTER_CONNECT, { F(HANDSHAKE_DONE), F(SERVER_RST) } },
	{ SYMPTOM_CLOSED_AFTER_CONNECT,
	  { F(HANDSHAKE_DONE), F(SERVER_FIN), F(SERVER_CLOSED_FIRST) } },
	{ SYMPTOM_SILENT_AFTER_CONNECT,
	  { F(HANDSHAKE_DONE), F(SERVER_SILENT) } },
	{ SYMPTOM_RESET_MID_STREAM,
	  { F(HANDSHAKE_DONE), F(SERVER_DATA), F(SERVER_RST) } },
	{ SYMPTOM_DATA_UNANSWERED, { F(HANDSHAKE_DONE), F(CLIENT_DATA_LOST) } },
	{ SYMPTOM_ONLY_LARGE_SEGMENTS_LOST,
	  { F(HANDSHAKE_DONE), F(SERVER_DATA_LOST), F(LARGE_LOST) } },
	{ SYMPTOM_PEER_WINDOW_ZERO,
	  { F(HANDSHAKE_DONE), F(SERVER_WINDOW_ZERO) } },
	{ SYMPTOM_TLS_FAILED,
	  { F(HANDSHAKE_DONE), F(TLS_CLIENT_HELLO), F(TLS_ALERT_SERVER) } },
	{ SYMPTOM_WRONG_SERVICE, { F(HANDSHAKE_DONE), F(NOT_TLS_ANSWER) } },
	{ SYMPTOM_SERVICE_ERROR, { F(HANDSHAKE_DONE), F(HTTP_GATEWAY_ERROR) } },
	{ SYMPTOM_SLOW, { F(HANDSHAKE_DONE), F(ANSWER_SLOW) } },
	{ SYMPTOM_LOSSY, { F(HANDSHAKE_DONE), F(HEAVY_LOSS) } },
	{ SYMPTOM_NONE, { F(HANDSHAKE_DONE), F(SERVER_DATA), F(CLIENT_FIN) } },
	{ SYMPTOM_NOT_ENOUGH_SEEN, { F(MIDSTREAM), F(SERVER_DATA) } },
};

enum { PLAIN = sizeof(plain) / sizeof(*plain) };

static void each_symptom_follows_from_its_facts(void **state)
{
	(void)state;
	assert_rows(plain, PLAIN);
}

static void no_symptom_is_left_out_above(void **state)
{
	uint32_t seen = SYMPTOM_BIT(LOCAL_REFUSED) | SYMPTOM_BIT(SYN_NOT_SENT);

	(void)state;
	for (size_t i = 0; i < PLAIN; i++)
		seen |= UINT32_C(1) << plain[i].symptom;
	assert_int_equal(seen, (UINT32_C(1) << SYMPTOMS) - 1);
}

/* Of two things that were seen the one that led to the other is told. */
static void what_explains_more_comes_first(void **state)
{
	static const struct row rows[] = {
		{ SYMPTOM_TLS_FAILED,
		  { F(HANDSHAKE_DONE), F(TLS_ALERT_SERVER), F(SERVER_RST),
		    F(SERVER_DATA) } },
		{ SYMPTOM_WRONG_SERVICE,
		  { F(HANDSHAKE_DONE), F(PLAIN_TO_TLS), F(TLS_ALERT_SERVER) } },
		{ SYMPTOM_SERVICE_ERROR,
		  { F(HANDSHAKE_DONE), F(SSH_MAXSTARTUPS), F(SERVER_FIN),
		    F(SERVER_DATA) } },
		{ SYMPTOM_ONLY_LARGE_SEGMENTS_LOST,
		  { F(HANDSHAKE_DONE), F(LARGE_LOST), F(CLIENT_DATA_LOST),
		    F(HEAVY_LOSS) } },
		{ SYMPTOM_REFUSED_BY_RST,
		  { F(SYN_SEEN), F(SYN_REPEATED), F(SYN_SILENCE),
		    F(RST_FOR_SYN) } },
		{ SYMPTOM_SILENT_AFTER_CONNECT,
		  { F(HANDSHAKE_DONE), F(SERVER_SILENT), F(CLIENT_RST) } },
		{ SYMPTOM_LOSSY,
		  { F(HANDSHAKE_DONE), F(HEAVY_LOSS), F(ANSWER_SLOW) } },
	};

	(void)state;
	assert_rows(rows, sizeof(rows) / sizeof(*rows));
}

static void what_is_usual_is_no_fault(void **state)
{
	static const struct row rows[] = {
		{ SYMPTOM_NONE,
		  { F(HANDSHAKE_DONE), F(CLIENT_FIN), F(CLIENT_RST),
		    F(RST_AFTER_FIN) } },
		{ SYMPTOM_NONE,
		  { F(HANDSHAKE_DONE), F(SERVER_FIN), F(SERVER_RST),
		    F(RST_AFTER_FIN) } },
		{ SYMPTOM_NONE,
		  { F(HANDSHAKE_DONE), F(RETRANSMITTED), F(LOSS_REPAIRED) } },
		{ SYMPTOM_NONE, { F(HANDSHAKE_DONE), F(WINDOW_WAS_ZERO) } },
		{ SYMPTOM_NONE, { F(HANDSHAKE_DONE), F(KEEP_ALIVE) } },
		{ SYMPTOM_NONE,
		  { F(HANDSHAKE_DONE), F(ICMP_TOO_BIG), F(TOO_BIG_OBEYED) } },
		{ SYMPTOM_NONE, { F(HANDSHAKE_DONE), F(SYNACK_REPEATED) } },
		{ SYMPTOM_NONE,
		  { F(UDP_REQUEST), F(UDP_ANSWERED), F(UDP_REPEATED) } },
	};

	(void)state;
	assert_rows(rows, sizeof(rows) / sizeof(*rows));
}

/* Nobody can say of the other direction what it did. */
static void one_direction_alone_is_never_a_fault(void **state)
{
	static const enum fact_kind ways[] = { F(ONE_WAY_CLIENT),
					       F(ONE_WAY_SERVER) };

	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct fact_set facts = facts_any(&seed, 12);

		fact_add(&facts, ways[i % 2]);
		fact_remove(&facts, F(DNS_NXDOMAIN));
		fact_remove(&facts, F(DNS_SERVFAIL));
		fact_remove(&facts, F(DNS_REFUSED));
		assert_int_equal(diag_symptom(&facts), SYMPTOM_NOT_ENOUGH_SEEN);
	}
}

/* Where something was seen says nothing of what it is. */
static void context_alone_makes_no_fault(void **state)
{
	static const enum fact_kind context[] = {
		F(AT_CLIENT),   F(AT_ROUTER),
		F(IS_V4),       F(IS_V6),
		F(IS_LOOPBACK), F(HAS_NAME),
		F(HOST_PINGS),  F(HOST_SERVES),
		F(HOST_DEAD),   F(PORT_SERVED_BEFORE)
	};

	(void)state;
	for (size_t i = 0; i < PLAIN; i++)
		for (size_t k = 0; k < sizeof(context) / sizeof(*context);
		     k++) {
			struct fact_set facts = facts_of(plain[i].facts);
			enum symptom before = diag_symptom(&facts);

			fact_add(&facts, context[k]);
			if (!fact_has(&facts, F(AT_SERVER)))
				assert_int_equal(diag_symptom(&facts), before);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_symptom_follows_from_its_facts),
		cmocka_unit_test(no_symptom_is_left_out_above),
		cmocka_unit_test(what_explains_more_comes_first),
		cmocka_unit_test(what_is_usual_is_no_fault),
		cmocka_unit_test(one_direction_alone_is_never_a_fault),
		cmocka_unit_test(context_alone_makes_no_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
