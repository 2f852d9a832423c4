#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_middlebox_fake_handshake = {
	.id = "middlebox-fake-handshake",
	.number = 134,
	.title = N_("A device on the way answers in the server's place"),
	.meaning = N_("A load balancer, transparent proxy or SYN proxy "
		      "completes the handshake for a server that is down or "
		      "cannot be reached."),
	.told_apart = N_("A hung service has the connection in its own "
			 "accept queue; here the server knows nothing of "
			 "it. A SYN-ACK with a window of zero, or a late "
			 "host unreachable after the handshake, points to "
			 "such a box."),
	.separate_by = N_("On the server: `tcpdump -ni IF 'tcp port PORT'` "
			  "during one attempt; if no SYN arrives although "
			  "the client is connected, a box on the way "
			  "answered."),
	.fix = N_("Repair what keeps the box from reaching the server (its "
		  "route, the server's address, the health check), and let "
		  "the box stop answering for servers that are down."),
	.place = PLACE_PATH,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_MIDDLEBOX,
	.shows = SYMPTOM_BIT(RESET_AFTER_CONNECT) |
		 SYMPTOM_BIT(CLOSED_AFTER_CONNECT) |
		 SYMPTOM_BIT(SILENT_AFTER_CONNECT) |
		 SYMPTOM_BIT(DATA_UNANSWERED) | SYMPTOM_BIT(PEER_WINDOW_ZERO),
	.ruled_out_by = { FACT_WOKEN, FACT_CLIENT_RST_AT_ONCE, FACT_IS_LOOPBACK,
			  FACT_AT_SERVER, FACT_SERVER_DATA },
	.favoured_by = { FACT_SYNACK_ZERO_WINDOW, FACT_ICMP_HOST },
};
