#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_ipvs_no_destination = {
	.id = "ipvs-no-destination",
	.number = 174,
	.title = N_("The virtual service (IPVS) has no real server left"),
	.meaning = N_("The address belongs to an IPVS virtual service, and "
		      "it has no real server to send the connection to: "
		      "none was added, or the health checks took all away."),
	.told_apart = N_("The load balancer answers port unreachable from "
			 "the asked address, as a REJECT rule does, or "
			 "drops; but its firewall counters do not move, and "
			 "the address stands in the IPVS table."),
	.separate_by = N_("On the server that owns the address: `ipvsadm "
			  "-ln`; the virtual service for PORT has no real "
			  "servers below it, or all with weight 0."),
	.fix = N_("Repair the real servers or their health checks "
		  "(keepalived, kube-proxy), or add one: `ipvsadm -a -t "
		  "ADDRESS:PORT -r REALSERVER:PORT`."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_CONFIG_LINE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_UNANSWERED) | SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_SYN_NOT_ARRIVED,
			  FACT_SYN_OTHER_MAC, FACT_SYNACK_OTHER_SOURCE,
			  FACT_ICMP_PROHIBITED, FACT_ICMP_HOST, FACT_ICMP_NET,
			  FACT_ICMP_PROTOCOL, FACT_ICMP_REJECT_ROUTE,
			  FACT_ICMP_TTL, FACT_ICMP_REASSEMBLY,
			  FACT_ICMP_FROM_OTHER, FACT_ICMP_FROM_CLIENT },
	.found_by = { FACT_IPVS_EMPTY },
	.looked_by = { FACT_IPVS_READ },
	.dropped_as = { FACT_DROP_RULES },
};
