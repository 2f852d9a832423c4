#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_dnat_wrong_port = {
	.id = "dnat-wrong-port",
	.number = 32,
	.title = N_("A port forward points to a port where nothing listens"),
	.meaning = N_("A DNAT rule sends the connection on to the right "
		      "host and a wrong port, and that host refuses it."),
	.told_apart = N_("To the client it is the same as no listener. The "
			 "server's own capture shows the SYN for another "
			 "port than the one that was asked."),
	.separate_by = N_("On the box that translates: `conntrack -L -p tcp "
			  "--orig-port-dst PORT` or `iptables -t nat -nvL "
			  "PREROUTING` for the target, then on the target "
			  "host `ss -ltn` for that port."),
	.fix = N_("Correct the port in `--to-destination` (nft: `dnat to`), "
		  "or let the service listen there."),
	.place = PLACE_ROUTER,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(REFUSED_BY_RST) | SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_NO_DNAT, FACT_ICMP_TOO_BIG, FACT_IS_LOOPBACK,
			  FACT_ICMP_PROHIBITED, FACT_ICMP_HOST, FACT_ICMP_NET,
			  FACT_ICMP_PROTOCOL, FACT_ICMP_REJECT_ROUTE,
			  FACT_ICMP_TTL, FACT_ICMP_FROM_OTHER,
			  FACT_ICMP_FROM_CLIENT },
	.favoured_by = { FACT_RST_OTHER_TTL, FACT_CONNTRACK_NAT },
	.found_by = { FACT_INNER_NONE },
	.looked_by = { FACT_INNER_HERE, FACT_INNER_LOOPBACK },
};
