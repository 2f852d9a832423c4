/*
 * Facts into the symptom: the first row that fits. The order is the order of a
 * connection's life, except that what explains more stands before what it
 * leads to (a TLS alert before the close that follows it).
 */
#include "diag/diag.h"

enum { RULE_FACTS = 10 };

struct rule {
	enum symptom symptom;
	enum fact_kind all[RULE_FACTS];
	enum fact_kind any[RULE_FACTS];
	enum fact_kind none[RULE_FACTS];
};

#define F(name) FACT_##name

static const struct rule rules[] = {
	/* Name resolution. */
	{ SYMPTOM_NAME_NOT_RESOLVED,
	  .any = { F(DNS_NXDOMAIN), F(DNS_SERVFAIL), F(DNS_REFUSED),
		   F(NAME_UNRESOLVED) } },

	/* This host itself refuses: no packet was sent, or none left. */
	{ SYMPTOM_LOCAL_REFUSED,
	  .any = { F(LOCAL_ERROR), F(CONNECT_EMFILE), F(BIND_EADDRNOTAVAIL) },
	  .none = { F(HANDSHAKE_DONE), F(UDP_ANSWERED) } },
	{ SYMPTOM_SYN_NOT_SENT, .all = { F(PACKET_NOT_SENT) },
	  .none = { F(ARP_SILENCE), F(SYNACK_SEEN), F(HANDSHAKE_DONE),
		    F(RST_FOR_SYN), F(ICMP_ERROR) } },

	/* One direction only: nothing can be said of the other. */
	{ SYMPTOM_NOT_ENOUGH_SEEN,
	  .any = { F(ONE_WAY_CLIENT), F(ONE_WAY_SERVER) } },

	/* Datagrams. */
	{ SYMPTOM_UDP_UNANSWERED,
	  .all = { F(UDP_REQUEST), F(ICMP_REASSEMBLY) } },
	{ SYMPTOM_UDP_REFUSED_BY_ICMP, .all = { F(UDP_REQUEST), F(ICMP_ERROR) },
	  .none = { F(UDP_ANSWERED) } },
	{ SYMPTOM_UDP_UNANSWERED,
	  .all = { F(UDP_REQUEST), F(UDP_SILENCE), F(UDP_EXPECTS_ANSWER) } },
	/* Whether it would have been answered or not: it is not let in. */
	{ SYMPTOM_UDP_UNANSWERED,
	  .all = { F(UDP_REQUEST), F(AT_SERVER), F(RULES_SILENT) },
	  .none = { F(UDP_ANSWERED) } },
	{ SYMPTOM_NOT_ENOUGH_SEEN, .all = { F(UDP_REQUEST) },
	  .none = { F(UDP_ANSWERED) } },
	{ SYMPTOM_NONE, .all = { F(UDP_ANSWERED) } },

	/* Echo, ARP and neighbour discovery. */
	{ SYMPTOM_LOSSY, .all = { F(PING_LOST) } },
	{ SYMPTOM_NONE, .all = { F(PING_ANSWERED) } },
	{ SYMPTOM_ARP_UNANSWERED, .all = { F(ARP_SILENCE) } },
	{ SYMPTOM_NONE, .all = { F(ARP_ANSWERED) },
	  .none = { F(SYN_SEEN), F(SYNACK_SEEN), F(MIDSTREAM), F(UDP_REQUEST),
		    F(ICMP_ERROR), F(PROBED) } },

	/* The opening. */
	{ SYMPTOM_REFUSED_BY_RST, .all = { F(RST_FOR_SYN) },
	  .none = { F(HANDSHAKE_DONE) } },
	{ SYMPTOM_REFUSED_BY_ICMP, .all = { F(ICMP_ERROR) },
	  .none = { F(SYNACK_SEEN), F(HANDSHAKE_DONE), F(MIDSTREAM) } },
	{ SYMPTOM_SYNACK_UNANSWERED, .all = { F(SYNACK_SEEN), F(AT_SERVER) },
	  .any = { F(SYNACK_UNANSWERED), F(SYNACK_IGNORED), F(SYNACK_RESET) },
	  .none = { F(HANDSHAKE_DONE) } },
	{ SYMPTOM_HANDSHAKE_INCOMPLETE, .all = { F(SYNACK_SEEN) },
	  .any = { F(SYNACK_UNANSWERED), F(SYNACK_IGNORED), F(SYNACK_RESET) },
	  .none = { F(HANDSHAKE_DONE) } },
	{ SYMPTOM_HANDSHAKE_INCOMPLETE, .all = { F(ACK_FOR_SYN) },
	  .none = { F(SYNACK_SEEN), F(HANDSHAKE_DONE) } },
	{ SYMPTOM_SYN_UNANSWERED, .all = { F(SYN_SEEN), F(SYN_SILENCE) },
	  .none = { F(SYNACK_SEEN), F(HANDSHAKE_DONE) } },
	{ SYMPTOM_NOT_ENOUGH_SEEN, .any = { F(SYN_SEEN), F(SYNACK_SEEN) },
	  .none = { F(HANDSHAKE_DONE) } },

	/* What the service said. */
	{ SYMPTOM_WRONG_SERVICE,
	  .any = { F(NOT_TLS_ANSWER), F(PLAIN_TO_TLS), F(OTHER_PROTOCOL) } },
	{ SYMPTOM_TLS_FAILED,
	  .any = { F(TLS_ALERT_SERVER), F(TLS_ALERT_CLIENT), F(CERT_EXPIRED),
		   F(CERT_NOT_YET_VALID), F(CERT_OTHER_NAME),
		   F(CERT_UNTRUSTED) } },
	{ SYMPTOM_SERVICE_ERROR,
	  .any = { F(HTTP_PROXY_REFUSED), F(HTTP_GATEWAY_ERROR),
		   F(HTTP_HOST_ERROR), F(SERVICE_REFUSED), F(SSH_MAXSTARTUPS),
		   F(SSH_NO_KEX) } },

	/* Data and endings. A server's RST is what the client sees; a client's
	 * may only end its waiting. */
	{ SYMPTOM_RESET_AFTER_CONNECT, .all = { F(SERVER_RST) },
	  .none = { F(RST_AFTER_FIN), F(CLIENT_DATA), F(SERVER_DATA),
		    F(MIDSTREAM) } },
	{ SYMPTOM_RESET_MID_STREAM, .all = { F(SERVER_RST) },
	  .none = { F(RST_AFTER_FIN) } },
	{ SYMPTOM_ONLY_LARGE_SEGMENTS_LOST, .all = { F(LARGE_LOST) } },
	{ SYMPTOM_PEER_WINDOW_ZERO,
	  .any = { F(CLIENT_WINDOW_ZERO), F(SERVER_WINDOW_ZERO) } },
	{ SYMPTOM_DATA_UNANSWERED,
	  .any = { F(CLIENT_DATA_LOST), F(SERVER_DATA_LOST) } },
	{ SYMPTOM_SILENT_AFTER_CONNECT,
	  .any = { F(SERVER_SILENT), F(ANSWER_STOPPED) },
	  .none = { F(MIDSTREAM) } },
	{ SYMPTOM_RESET_AFTER_CONNECT, .all = { F(CLIENT_RST) },
	  .none = { F(RST_AFTER_FIN), F(CLIENT_DATA), F(SERVER_DATA),
		    F(MIDSTREAM) } },
	{ SYMPTOM_RESET_MID_STREAM, .all = { F(CLIENT_RST) },
	  .none = { F(RST_AFTER_FIN) } },
	{ SYMPTOM_CLOSED_AFTER_CONNECT, .all = { F(SERVER_CLOSED_FIRST) } },
	{ SYMPTOM_NOT_ENOUGH_SEEN, .all = { F(MIDSTREAM) } },
	{ SYMPTOM_LOSSY, .all = { F(HANDSHAKE_DONE), F(HEAVY_LOSS) } },
	/* An echo that is lost may be limited; a segment as well is not. */
	{ SYMPTOM_LOSSY, .all = { F(HANDSHAKE_DONE), F(PING_PARTLY) },
	  .any = { F(SYN_REPEATED), F(SYNACK_LATE), F(RETRANSMITTED),
		   F(LOSS_REPAIRED) } },
	/* A limit answers the first ones; chance does not. */
	{ SYMPTOM_LOSSY, .all = { F(HANDSHAKE_DONE), F(PING_SCATTERED) } },
	{ SYMPTOM_SLOW,
	  .all = { F(HANDSHAKE_DONE), F(SYNACK_LATE), F(PROBED) } },
	{ SYMPTOM_SLOW,
	  .all = { F(HANDSHAKE_DONE), F(RETRANSMITTED), F(PROBED) } },
	{ SYMPTOM_SLOW, .all = { F(HANDSHAKE_DONE) },
	  .any = { F(ANSWER_SLOW), F(NAME_SLOW) } },
	{ SYMPTOM_NONE, .all = { F(HANDSHAKE_DONE) } },
};

static bool has_all(const struct fact_set *facts, const enum fact_kind *list)
{
	for (int i = 0; i < RULE_FACTS && list[i]; i++)
		if (!fact_has(facts, list[i]))
			return false;

	return true;
}

static bool has_any(const struct fact_set *facts, const enum fact_kind *list)
{
	for (int i = 0; i < RULE_FACTS && list[i]; i++)
		if (fact_has(facts, list[i]))
			return true;

	return false;
}

enum symptom diag_symptom(const struct fact_set *facts)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		const struct rule *r = &rules[i];

		if (has_all(facts, r->all) &&
		    (!r->any[0] || has_any(facts, r->any)) &&
		    !has_any(facts, r->none))
			return r->symptom;
	}

	return SYMPTOM_NOT_ENOUGH_SEEN;
}
