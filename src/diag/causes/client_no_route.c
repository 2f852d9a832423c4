#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_client_no_route = {
	.id = "client-no-route",
	.number = 83,
	.title = N_("The client has no route to the server"),
	.meaning =
		N_("No entry of the client's routing table covers the server's "
		   "address, and there is no default route for its family, so "
		   "connect() fails before any packet is sent."),
	.told_apart =
		N_("The program sees \"Network is unreachable\" at once. The "
		   "same words after a round trip come from a router, with its "
		   "ICMP error; an interface that is down took its routes with "
		   "it."),
	.separate_by =
		N_("On the client: `ip route get SERVER` says \"Network is "
		   "unreachable\"; `ip route` and `ip -6 route` show what is "
		   "there, `ip -br link` whether an interface is down."),
	.fix = N_("Add the route (`ip route add default via GATEWAY dev IF`), "
		  "or repair what sets it: DHCP, router advertisements, the "
		  "saved network settings, the VPN."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_ROUTE,
	.shows = SYMPTOM_BIT(LOCAL_REFUSED),
	.needs_any = { FACT_CONNECT_ENETUNREACH, FACT_ROUTE_NONE },
	.ruled_out_by = { FACT_ROUTE_FOUND, FACT_LINK_DOWN, FACT_LO_DOWN,
			  FACT_ROUTE_RULE_REFUSES, FACT_ROUTE_UNREACHABLE,
			  FACT_ROUTE_PROHIBIT, FACT_ROUTE_BLACKHOLE },
	.proven_by = FACT_ROUTE_MISSING,
};
