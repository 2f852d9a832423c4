#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_defer_accept_silent = {
	.id = "defer-accept-silent",
	.number = 69,
	.title = N_("Deferred accept waits for data the client never sends"),
	.meaning = N_("The listener has TCP_DEFER_ACCEPT set, so the kernel "
		      "tells the program of the connection only when data "
		      "comes; in a protocol where the server speaks first "
		      "both sides wait."),
	.told_apart = N_("The client's ACK reaches the server and the "
			 "socket still stays in SYN-RECV; one byte from the "
			 "client wakes it. With asymmetric routing the ACK "
			 "never arrives."),
	.separate_by = N_("On the server: `ss -tn state syn-recv 'sport = "
			  ":PORT'` while the client is connected, and "
			  "`nstat -az TcpExtTCPDeferAcceptDrop`; then send "
			  "one byte from the client and see it answer."),
	.fix = N_("Remove the deferred accept (DeferAcceptSec= in a socket "
		  "unit, `deferred` in nginx, `defer-accept` in haproxy, "
		  "AcceptFilter in Apache) for protocols in which the "
		  "server speaks first."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_SOCKET,
	.shows = SYMPTOM_BIT(SILENT_AFTER_CONNECT) | SYMPTOM_BIT(SLOW) |
		 SYMPTOM_BIT(RESET_AFTER_CONNECT),
	.needs_any = { FACT_SERVER_SILENT, FACT_SYNACK_REPEATED,
		       FACT_ANSWER_SLOW, FACT_CLIENT_RST, FACT_SOCKET_DEFERS },
	.ruled_out_by = { FACT_CLIENT_RST_AT_ONCE, FACT_REQUEST_UNANSWERED,
			  FACT_CLOSED_AT_ONCE, FACT_CONNECTION_TAKEN },
	.favoured_by = { FACT_WOKEN, FACT_SERVER_FIRST, FACT_SYNACK_REPEATED },
	.found_by = { FACT_SOCKET_DEFERS },
	.looked_by = { FACT_SOCKET_DEFERS_NOT },
};
