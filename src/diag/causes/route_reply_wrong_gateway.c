#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_route_reply_wrong_gateway = {
	.id = "route-reply-wrong-gateway",
	.number = 116,
	.title = N_("The server's gateway for the reply is dead or wrong"),
	.meaning = N_("The packets reach the server, but its route to the "
		      "client leads through a gateway that does not answer "
		      "or does not pass the replies on."),
	.told_apart = N_("In the server's own capture the SYNs come in and "
			 "ARP requests for the gateway go unanswered, or "
			 "SYN-ACKs leave to a wrong station. ARP requests "
			 "for the client itself mean a wrong mask or an "
			 "overlap."),
	.separate_by = N_("On the server: `ip route get CLIENT` names "
			  "gateway and interface, `ip neigh show` has the "
			  "gateway as FAILED; `tcpdump -eni any 'arp or tcp "
			  "port PORT'` during an attempt shows whom it asks "
			  "for."),
	.fix = N_("Correct the gateway (`ip route replace default via "
		  "GATEWAY dev IF`, or the route to the client's network) "
		  "and the saved network settings."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_ROUTE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE) |
		 SYMPTOM_BIT(ARP_UNANSWERED) | SYMPTOM_BIT(DATA_UNANSWERED),
	.needs_any = { FACT_SYN_SEEN, FACT_SYNACK_SEEN, FACT_UDP_REQUEST,
		       FACT_CLIENT_DATA_LOST, FACT_SERVER_DATA_LOST,
		       FACT_AT_SERVER },
	.ruled_out_by = { FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_IS_LOOPBACK, FACT_SYNACK_ARRIVED,
			  FACT_HOST_PINGS, FACT_HOST_SERVES, FACT_SYNACK_RESET,
			  FACT_ACK_FOR_SYN, FACT_ICMP_FROM_CLIENT,
			  FACT_SYNACK_OTHER_SOURCE, FACT_GATEWAY_SILENT,
			  FACT_LINK_NO_CARRIER, FACT_ANSWER_WOULD_LEAVE,
			  FACT_ROUTE_BACK_NONE, FACT_ROUTE_BACK_REFUSED,
			  FACT_POLICY_RULE_BACK, FACT_REPLY_ONLINK,
			  FACT_REPLY_OVERLAP },
	.favoured_by = { FACT_SYN_ARRIVED },
	.found_by = { FACT_REPLY_GATEWAY },
	.proven_by = FACT_REPLY_STUCK,
	.dropped_as = { FACT_DROP_NEIGHBOUR, FACT_DROP_NONE },
};
