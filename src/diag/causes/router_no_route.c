#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_router_no_route = {
	.id = "router-no-route",
	.number = 108,
	.title = N_("A router on the way has no route to the destination"),
	.meaning = N_("A router between the two does not know the way to "
		      "the server's network, or to the client's for the "
		      "answers, and discards the packets, usually with "
		      "network unreachable."),
	.told_apart = N_("The ICMP error comes from the router at once and "
			 "not after the three seconds of a missing "
			 "neighbour. A router that may send no ICMP stays "
			 "silent, which looks like a blackhole route."),
	.separate_by = N_("On the router that sent the ICMP error (or the "
			  "last one that `traceroute -n SERVER` shows): `ip "
			  "route get SERVER` and `ip route get CLIENT`."),
	.fix = N_("Add the route on that router (`ip route add NETWORK via "
		  "NEXT_HOP`), or repair the routing protocol that should "
		  "have brought it."),
	.place = PLACE_ROUTER,
	.frequency = FREQUENCY_COMMON,
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
			  FACT_ICMP_REJECT_ROUTE, FACT_ICMP_TTL, FACT_ICMP_LATE,
			  FACT_HOST_PINGS, FACT_HOST_SERVES, FACT_SYN_ARRIVED,
			  FACT_SYNACK_RESET, FACT_ACK_FOR_SYN,
			  FACT_SYNACK_OTHER_SOURCE, FACT_ICMP_BY_RULE },
	.favoured_by = { FACT_ICMP_NET },
	.found_by = { FACT_FORWARD_NO_ROUTE },
	.proven_by = FACT_FORWARD_REFUSED,
	.dropped_as = { FACT_DROP_NO_ROUTE },
};
