#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_client_wrong_netmask = {
	.id = "client-wrong-netmask",
	.number = 89,
	.title = N_("The client's netmask is too wide for its network"),
	.meaning = N_("The client takes the server to be on its own link, "
		      "because its netmask or an extra route covers the "
		      "server's address, and asks for it by ARP instead of "
		      "using the gateway."),
	.told_apart = N_("The ARP requests ask for the server itself "
			 "although it is in another network; with a wrong "
			 "gateway they ask for the gateway, and with a host "
			 "that is down the address really belongs to the "
			 "link."),
	.separate_by = N_("On the client: `ip route get SERVER` shows no "
			  "`via`, although SERVER lies in another network; "
			  "`ip -br addr` shows the prefix length, to be "
			  "compared with the network's plan."),
	.fix = N_("Correct the prefix length (`ip addr del ADDRESS/WRONG "
		  "dev IF; ip addr add ADDRESS/RIGHT dev IF`) or delete the "
		  "extra route, also in the saved settings."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_OCCASIONAL,
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
			  FACT_AT_SERVER,         FACT_ROUTE_VIA_GATEWAY,
			  FACT_HOST_ON_LINK,      FACT_LINK_NO_CARRIER,
			  FACT_OWN_RULES_REJECT },
};
