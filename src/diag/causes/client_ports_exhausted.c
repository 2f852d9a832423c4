#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_client_ports_exhausted = {
	.id = "client-ports-exhausted",
	.number = 95,
	.title = N_("The client has no free source port left"),
	.meaning = N_("All ports that connect() may choose from "
		      "(net.ipv4.ip_local_port_range) are taken towards this "
		      "server, by open connections or by those in TIME_WAIT."),
	.told_apart =
		N_("connect() fails at once with \"Cannot assign requested "
		   "address\". A source address that is not the host's own "
		   "fails so in bind() already."),
	.separate_by = N_("On the client: `ss -tan dst SERVER | wc -l` against "
			  "`sysctl net.ipv4.ip_local_port_range`."),
	.fix = N_("Let the program reuse its connections; widen the range "
		  "(`sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"`); "
		  "use more source or destination addresses."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_SYSCTL,
	.shows = SYMPTOM_BIT(LOCAL_REFUSED),
	.needs = { FACT_CONNECT_EADDRNOTAVAIL },
	.ruled_out_by = { FACT_PORTS_FREE, FACT_SOURCE_NOT_LOCAL },
	.proven_by = FACT_PORTS_EXHAUSTED,
};
