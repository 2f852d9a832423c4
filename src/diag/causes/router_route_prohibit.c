#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_router_route_prohibit = {
	.id = "router-route-prohibit",
	.number = 110,
	.title = N_("A prohibit route on the way refuses the packets"),
	.meaning = N_("A router between the two has a route of type "
		      "prohibit for the address, so it answers "
		      "administratively prohibited by itself, without any "
		      "firewall."),
	.told_apart = N_("It looks exactly like a REJECT rule in that "
			 "router's firewall; but no rule's counter moves "
			 "there, and the route lookup names the reason."),
	.separate_by = N_("On the router that sent the ICMP error: `ip "
			  "route get SERVER` (answers `Permission denied`) "
			  "and `ip route show type prohibit; ip rule`."),
	.fix = N_("Delete the route (`ip route del prohibit PREFIX`) or the "
		  "rule that leads to it, also in the router's saved "
		  "configuration."),
	.place = PLACE_ROUTER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_ROUTE,
	.shows = SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE),
	.needs_any = { FACT_ICMP_PROHIBITED, FACT_ICMP_REJECT_ROUTE },
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_ARP_ANSWERED,
			  FACT_IS_LOOPBACK, FACT_SYNACK_ARRIVED,
			  FACT_ICMP_FROM_TARGET, FACT_ICMP_FROM_CLIENT,
			  FACT_ICMP_LATE, FACT_HOST_PINGS, FACT_HOST_SERVES,
			  FACT_SYN_ARRIVED, FACT_SYNACK_RESET, FACT_ACK_FOR_SYN,
			  FACT_SYNACK_OTHER_SOURCE, FACT_ICMP_BY_RULE },
	.favoured_by = { FACT_ICMP_AT_ONCE },
	.found_by = { FACT_FORWARD_PROHIBIT },
	.proven_by = FACT_FORWARD_REFUSED,
	.dropped_as = { FACT_DROP_NO_ROUTE },
};
