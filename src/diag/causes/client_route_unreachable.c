#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_client_route_unreachable = {
	.id = "client-route-unreachable",
	.number = 84,
	.title = N_("A route of type unreachable on the client refuses the "
		    "address"),
	.meaning =
		N_("The client's routing table holds an unreachable route that "
		   "covers the server's address, so its own kernel answers for "
		   "the network."),
	.told_apart =
		N_("\"No route to host\" comes in no time and without any "
		   "packet. From a router the same error takes a round trip; "
		   "from a host that is down, three seconds."),
	.separate_by =
		N_("On the client: `ip route get SERVER` fails, and `ip route "
		   "show table all | grep unreachable` shows the entry."),
	.fix = N_("Delete the entry (`ip route del unreachable NET`) or add "
		  "the right, longer prefix; look for what set it: a VPN's "
		  "kill switch, a routing daemon, a summary route."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_ROUTE,
	.shows = SYMPTOM_BIT(LOCAL_REFUSED),
	.needs_any = { FACT_CONNECT_EHOSTUNREACH, FACT_ROUTE_UNREACHABLE },
	.ruled_out_by = { FACT_ROUTE_FOUND, FACT_ROUTE_NONE,
			  FACT_ROUTE_RULE_REFUSES, FACT_ROUTE_PROHIBIT,
			  FACT_ROUTE_BLACKHOLE },
	.proven_by = FACT_ROUTE_UNREACHABLE,
};
