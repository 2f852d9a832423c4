#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_ident_delay = {
	.id = "ident-delay",
	.number = 59,
	.title = N_("The server waits for an ident answer from the client"),
	.meaning = N_("The service asks the client's port 113 (ident) who "
		      "the user is; the client's firewall drops that SYN, "
		      "and the service waits for its timeout."),
	.told_apart = N_("A SYN from the server to the client's port 113 "
			 "appears right after the handshake. With a slow "
			 "DNS lookup there are queries to port 53 instead."),
	.separate_by = N_("On the server: `tcpdump -ni any 'tcp port 113'` "
			  "during one attempt: SYNs to CLIENT without an "
			  "answer."),
	.fix = N_("Let the client's firewall refuse port 113 with a RST "
		  "(`-p tcp --dport 113 -j REJECT --reject-with "
		  "tcp-reset`), or remove the user@ patterns and ident "
		  "options on the server."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_PROCESS,
	.shows = SYMPTOM_BIT(SILENT_AFTER_CONNECT) | SYMPTOM_BIT(SLOW) |
		 SYMPTOM_BIT(RESET_AFTER_CONNECT) |
		 SYMPTOM_BIT(CLOSED_AFTER_CONNECT),
	.needs_any = { FACT_SERVER_SILENT, FACT_REQUEST_UNANSWERED,
		       FACT_ANSWER_SLOW, FACT_CLIENT_RST,
		       FACT_SERVER_CLOSED_FIRST, FACT_IDENT_WAITS },
	.ruled_out_by = { FACT_CLIENT_RST_AT_ONCE, FACT_CLOSED_AT_ONCE,
			  FACT_CONNECTION_WAITS, FACT_SOCKET_DEFERS },
	.favoured_by = { FACT_ANSWER_SLOW, FACT_SERVER_FIRST },
	.found_by = { FACT_IDENT_WAITS },
	.proven_by = FACT_IDENT_WAITS,
};
