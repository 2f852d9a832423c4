#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_router_route_unreachable = {
	.id = "router-route-unreachable",
	.number = 111,
	.title = N_("An unreachable route on the way refuses the packets"),
	.meaning = N_("A router between the two has a route of type "
		      "unreachable for the address and answers host "
		      "unreachable at once, without looking for the host."),
	.told_apart = N_("A host that is down gives the same message, but "
			 "only after about three seconds and with ARP "
			 "requests on its link. Some hardware routers "
			 "answer at once for a missing host or route too."),
	.separate_by = N_("On the router that sent the ICMP error: `ip "
			  "route get SERVER` (answers `No route to host`) "
			  "and `ip route show type unreachable`; `ip neigh "
			  "show SERVER` has no entry."),
	.fix = N_("Delete the route (`ip route del unreachable PREFIX`), or "
		  "restore the more specific one that a VPN, container "
		  "engine or routing daemon should have set."),
	.place = PLACE_ROUTER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_ROUTE,
	.shows = SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE),
	.needs = { FACT_ICMP_ERROR },
	.needs_any = { FACT_ICMP_HOST, FACT_IS_V6 },
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_ARP_ANSWERED,
			  FACT_IS_LOOPBACK, FACT_SYNACK_ARRIVED,
			  FACT_ICMP_FROM_TARGET, FACT_ICMP_FROM_CLIENT,
			  FACT_ICMP_PROHIBITED, FACT_ICMP_PORT,
			  FACT_ICMP_PROTOCOL, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY, FACT_ICMP_LATE, FACT_HOST_PINGS,
			  FACT_HOST_SERVES, FACT_SYN_ARRIVED, FACT_SYNACK_RESET,
			  FACT_ACK_FOR_SYN, FACT_ICMP_BY_RULE },
	.favoured_by = { FACT_ICMP_AT_ONCE },
	.found_by = { FACT_FORWARD_UNREACHABLE },
	.proven_by = FACT_FORWARD_REFUSED,
	.dropped_as = { FACT_DROP_NO_ROUTE },
};
