#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_client_wrong_gateway = {
	.id = "client-wrong-gateway",
	.number = 88,
	.title = N_("The client's gateway does not answer ARP"),
	.meaning = N_("The client's route leads through a gateway address "
		      "that nobody on its link has, so no packet can leave."),
	.told_apart = N_("A host that is down on the own link looks the "
			 "same; here the address asked for is that of the "
			 "gateway, and nothing beyond it can be reached."),
	.separate_by = N_("On the client: `ip route get SERVER` names the "
			  "gateway after `via`, and `ip neigh show` has it "
			  "as FAILED or INCOMPLETE; compare it with a "
			  "neighbour that works."),
	.fix = N_("Correct the gateway (`ip route replace default via "
		  "GATEWAY dev IF`), also in the DHCP server or the saved "
		  "network settings."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_ROUTE,
	.shows = SYMPTOM_BIT(ARP_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.needs_any = { FACT_ARP_SILENCE, FACT_ICMP_FROM_CLIENT },
	.ruled_out_by = { FACT_ICMP_TOO_BIG,      FACT_ARP_ANSWERED,
			  FACT_IS_LOOPBACK,       FACT_ICMP_FROM_TARGET,
			  FACT_ICMP_PROHIBITED,   FACT_ICMP_PORT,
			  FACT_ICMP_NET,          FACT_ICMP_PROTOCOL,
			  FACT_ICMP_REJECT_ROUTE, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY,   FACT_ICMP_AT_ONCE,
			  FACT_HOST_PINGS,        FACT_HOST_SERVES,
			  FACT_SYN_ARRIVED,       FACT_ICMP_FROM_OTHER,
			  FACT_AT_SERVER,         FACT_ROUTE_ON_LINK,
			  FACT_GATEWAY_ANSWERS,   FACT_LINK_NO_CARRIER,
			  FACT_OWN_RULES_REJECT },
	.favoured_by = { FACT_ICMP_FROM_CLIENT, FACT_GATEWAY_SILENT },
};
