#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_client_iface_down = {
	.id = "client-iface-down",
	.number = 90,
	.title = N_("The client's interface is down"),
	.meaning =
		N_("The interface that leads to the server is switched off or "
		   "has no carrier. When it is switched off, the kernel also "
		   "takes away its routes, and connect() fails with \"Network "
		   "is unreachable\"."),
	.told_apart =
		N_("A missing route gives the same error with all interfaces "
		   "up. Without a carrier the routes stay, and no neighbour "
		   "answers."),
	.separate_by =
		N_("On the client: `ip -br link` shows the interface as DOWN "
		   "or NO-CARRIER; `ip -br addr` shows its addresses."),
	.fix = N_("`ip link set IF up` (or plug the cable in, join the "
		  "wireless network), then bring the routes back with what "
		  "manages them: `ifup IF`, `networkctl up IF`, `nmcli dev "
		  "connect IF`."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_LINK,
	.shows = SYMPTOM_BIT(LOCAL_REFUSED) | SYMPTOM_BIT(ARP_UNANSWERED) |
		 SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(SYN_NOT_SENT) |
		 SYMPTOM_BIT(UDP_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_ICMP),
	.needs_any = { FACT_LINK_DOWN, FACT_LINK_SOME_DOWN,
		       FACT_LINK_NO_CARRIER },
	.ruled_out_by = { FACT_ROUTE_MISSING, FACT_LINK_UP, FACT_LO_DOWN,
			  FACT_ROUTE_RULE_REFUSES, FACT_GATEWAY_ANSWERS,
			  FACT_HOST_ON_LINK, FACT_ROUTE_UNREACHABLE,
			  FACT_ROUTE_PROHIBIT, FACT_ROUTE_BLACKHOLE },
	.favoured_by = { FACT_LINK_NO_CARRIER },
	.proven_by = FACT_LINK_DOWN,
};
