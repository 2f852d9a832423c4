#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_routing_loop = {
	.id = "routing-loop",
	.number = 113,
	.title = N_("Two routers send the packets back and forth"),
	.meaning = N_("Two or more routers point at each other for the "
		      "address, so the packet circles until its ttl runs "
		      "out and one of them reports time exceeded."),
	.told_apart = N_("A firewall never sends time exceeded. With a ttl "
			 "that is too small at the start, the error comes "
			 "from a router near the sender and `traceroute` "
			 "goes straight through."),
	.separate_by = N_("On the client: `traceroute -n SERVER`: the same "
			  "two or three routers repeat to the end. On them: "
			  "`ip route get SERVER` shows each other as the "
			  "next hop."),
	.fix = N_("Correct the route on the router that sends the packets "
		  "back, often a default route where the server's network "
		  "is missing."),
	.place = PLACE_PATH,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_ROUTE,
	.shows = SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_ARP_ANSWERED,
			  FACT_IS_LOOPBACK, FACT_SYNACK_ARRIVED,
			  FACT_ICMP_FROM_TARGET, FACT_ICMP_FROM_CLIENT,
			  FACT_ICMP_PROHIBITED, FACT_ICMP_PORT, FACT_ICMP_HOST,
			  FACT_ICMP_NET, FACT_ICMP_PROTOCOL,
			  FACT_ICMP_REJECT_ROUTE, FACT_HOST_PINGS,
			  FACT_HOST_SERVES, FACT_SYN_ARRIVED, FACT_SYNACK_RESET,
			  FACT_ACK_FOR_SYN, FACT_SYNACK_OTHER_SOURCE },
	.favoured_by = { FACT_ICMP_TTL },
	.proven_by = FACT_PATH_LOOP,
};
