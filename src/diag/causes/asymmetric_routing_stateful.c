#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_asymmetric_routing_stateful = {
	.id = "asymmetric-routing-stateful",
	.number = 28,
	.title = N_("The reply takes another way, so a firewall drops the "
		    "rest"),
	.meaning = N_("Requests and replies pass different routers, and a "
		      "stateful firewall that sees only one of the "
		      "directions discards packets as INVALID, often the "
		      "client's ACK."),
	.told_apart = N_("The client is connected while the server still "
			 "waits in SYN-RECV and repeats its SYN-ACK. With a "
			 "full accept queue the ACK does arrive at the "
			 "server; here it does not."),
	.separate_by = N_("On the server: `tcpdump -eni any 'host CLIENT "
			  "and tcp port PORT'`: compare interface and MAC "
			  "of the SYN coming in with those of the SYN-ACK "
			  "going out, and see whether the ACK arrives; `ip "
			  "route get CLIENT` names the way back."),
	.fix = N_("Make both directions pass the same firewall (routes or "
		  "policy rules on the server), or let that firewall accept "
		  "the flow without state."),
	.place = PLACE_ROUTER,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_ROUTE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE) |
		 SYMPTOM_BIT(SILENT_AFTER_CONNECT) |
		 SYMPTOM_BIT(DATA_UNANSWERED),
	.needs_any = { FACT_SYN_SILENCE, FACT_SYNACK_UNANSWERED,
		       FACT_SYNACK_IGNORED, FACT_SYNACK_REPEATED,
		       FACT_CLIENT_DATA_LOST, FACT_SERVER_DATA_LOST },
	.ruled_out_by = { FACT_DNAT_LOOPBACK, FACT_DNAT_DEAD, FACT_WOKEN,
			  FACT_IS_LOOPBACK, FACT_SYNACK_ARRIVED,
			  FACT_HOST_SERVES, FACT_SYNACK_RESET, FACT_ACK_FOR_SYN,
			  FACT_SYNACK_OTHER_SOURCE },
	.favoured_by = { FACT_SYNACK_REPEATED, FACT_ROUTE_BACK_OTHER_DEVICE },
};
