#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_route_missing_reply = {
	.id = "route-missing-reply",
	.number = 115,
	.title = N_("The server has no route back to the client"),
	.meaning = N_("The packets reach the server, but it has no route to "
		      "the client's address, not even a default route, so "
		      "it cannot answer and drops the request without a "
		      "trace."),
	.told_apart = N_("The packets look like those of a firewall drop, "
			 "but no drop is recorded anywhere: only "
			 "Ip:OutNoRoutes and ListenDrops count. Clients on "
			 "the server's own link are served."),
	.separate_by = N_("On the server: `ip route get CLIENT` fails "
			  "(Network is unreachable), and `nstat -az "
			  "IpOutNoRoutes TcpExtListenDrops` grows with each "
			  "attempt."),
	.fix = N_("Add the route (`ip route add CLIENT_NETWORK via GATEWAY` "
		  "or a default route) and save it; if the route is of type "
		  "unreachable or blackhole, a ban tool may have set it for "
		  "this client."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_ROUTE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(DATA_UNANSWERED),
	.ruled_out_by = { FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_SYNACK_OTHER_SOURCE, FACT_IS_LOOPBACK,
			  FACT_HOST_PINGS, FACT_HOST_SERVES,
			  FACT_SERVER_DATA_LOST, FACT_ROUTE_BACK_FOUND,
			  FACT_POLICY_RULE_BACK, FACT_POLICY_RULE_IN },
	.favoured_by = { FACT_SYN_ARRIVED },
	.found_by = { FACT_ROUTE_BACK_NONE, FACT_ROUTE_BACK_REFUSED },
	.proven_by = FACT_ROUTE_BACK_COUNTED,
	.dropped_as = { FACT_DROP_NONE, FACT_DROP_NO_ROUTE },
};
