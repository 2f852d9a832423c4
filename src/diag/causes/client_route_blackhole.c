#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_client_route_blackhole = {
	.id = "client-route-blackhole",
	.number = 86,
	.title = N_("A route of type blackhole on the client swallows the "
		    "packets"),
	.meaning = N_(
		"The client's routing table holds a blackhole route that "
		"covers the server's address. What is sent from the client "
		"itself fails with \"Invalid argument\", although nothing is "
		"wrong with the program."),
	.told_apart =
		N_("The error misleads: no address is malformed. On a router a "
		   "blackhole route is silent instead."),
	.separate_by =
		N_("On the client: `ip route get SERVER` says \"Invalid "
		   "argument\", and `ip route show table all | grep blackhole` "
		   "shows the entry."),
	.fix = N_("Delete the entry (`ip route del blackhole NET`) or make it "
		  "narrower; look for what set it: a ban, a routing daemon, a "
		  "container network."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_ROUTE,
	.shows = SYMPTOM_BIT(LOCAL_REFUSED),
	.needs_any = { FACT_CONNECT_EINVAL, FACT_ROUTE_BLACKHOLE },
	.ruled_out_by = { FACT_ROUTE_FOUND, FACT_ROUTE_NONE,
			  FACT_ROUTE_RULE_REFUSES, FACT_ROUTE_UNREACHABLE,
			  FACT_ROUTE_PROHIBIT },
	.proven_by = FACT_ROUTE_BLACKHOLE,
};
