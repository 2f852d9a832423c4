#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_router_route_blackhole = {
	.id = "router-route-blackhole",
	.number = 109,
	.title = N_("A blackhole route on the way swallows the packets"),
	.meaning = N_("A router between the two has a blackhole or null "
		      "route that covers the server's or the client's "
		      "address and discards the packets without a word."),
	.told_apart = N_("A silent firewall on that router looks the same, "
			 "but here no rule counts anything; ping to that "
			 "address is lost as well. Such routes are set "
			 "against attacks or as the anchor of a summary."),
	.separate_by = N_("On each router of the way: `ip route get SERVER` "
			  "(answers `Invalid argument` for a blackhole) and "
			  "`ip route show type blackhole`; `traceroute -n "
			  "SERVER` ends in front of it."),
	.fix = N_("Delete the route (`ip route del blackhole PREFIX`) or "
		  "add the more specific one that should win, and tell "
		  "whoever or whatever put it there."),
	.place = PLACE_ROUTER,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_ROUTE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE) |
		 SYMPTOM_BIT(DATA_UNANSWERED),
	.ruled_out_by = { FACT_ARP_ANSWERED, FACT_IS_LOOPBACK,
			  FACT_SYNACK_ARRIVED, FACT_ICMP_ERROR, FACT_HOST_PINGS,
			  FACT_HOST_SERVES, FACT_SYN_ARRIVED, FACT_SYNACK_RESET,
			  FACT_ACK_FOR_SYN, FACT_SYNACK_OTHER_SOURCE,
			  FACT_ICMP_BY_RULE },
	.found_by = { FACT_FORWARD_BLACKHOLE },
	.proven_by = FACT_FORWARD_REFUSED,
	.dropped_as = { FACT_DROP_NO_ROUTE },
};
