#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_client_route_prohibit = {
	.id = "client-route-prohibit",
	.number = 85,
	.title = N_(
		"A route of type prohibit on the client refuses the address"),
	.meaning = N_("The client's routing table holds a prohibit route that "
		      "covers the server's address, so connect() fails with "
		      "\"Permission denied\"."),
	.told_apart =
		N_("SELinux, AppArmor and Landlock give the same error; with a "
		   "route, `ip route get SERVER` fails too, and for every "
		   "program."),
	.separate_by =
		N_("On the client: `ip route get SERVER` says \"Permission "
		   "denied\", and `ip route show table all | grep prohibit` "
		   "shows the entry."),
	.fix = N_("Delete the entry (`ip route del prohibit NET`), and look "
		  "for what set it."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_ROUTE,
	.shows = SYMPTOM_BIT(LOCAL_REFUSED),
	.needs_any = { FACT_CONNECT_EACCES, FACT_ROUTE_PROHIBIT },
	.ruled_out_by = { FACT_ROUTE_FOUND, FACT_ROUTE_NONE,
			  FACT_ROUTE_RULE_REFUSES, FACT_ROUTE_UNREACHABLE,
			  FACT_ROUTE_BLACKHOLE },
	.proven_by = FACT_ROUTE_PROHIBIT,
};
