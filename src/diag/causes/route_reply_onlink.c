#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_route_reply_onlink = {
	.id = "route-reply-onlink",
	.number = 117,
	.title = N_("The server takes the client to be on its own link"),
	.meaning = N_("The packets reach the server, but its netmask is too "
		      "wide or a stray route covers the client, so it asks "
		      "for the client by ARP instead of using the gateway."),
	.told_apart = N_("In the server's own capture the SYNs come in and "
			 "ARP requests for the client itself go out on the "
			 "same interface. On a bridge or tunnel interface "
			 "it is an overlapping network; for a gateway's "
			 "address it is the gateway."),
	.separate_by = N_("On the server: `ip route get CLIENT` shows no "
			  "`via` although CLIENT lies in another network; "
			  "`tcpdump -eni IF arp` during an attempt shows "
			  "requests for CLIENT."),
	.fix = N_("Correct the server's prefix length or delete the stray "
		  "route (`ip route del NETWORK dev IF`), also in the saved "
		  "settings."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_OCCASIONAL,
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
			  FACT_POLICY_RULE_BACK, FACT_REPLY_OVERLAP,
			  FACT_REPLY_GATEWAY },
	.favoured_by = { FACT_SYN_ARRIVED },
	.found_by = { FACT_REPLY_ONLINK },
	.proven_by = FACT_REPLY_STUCK,
	.dropped_as = { FACT_DROP_NEIGHBOUR, FACT_DROP_NONE },
};
