#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_host_down_onlink = {
	.id = "host-down-onlink",
	.number = 73,
	.title = N_("The host is down: nobody on the own link answers for "
		    "it"),
	.meaning = N_("The asker takes the address to be on its own link, "
		      "asks for it by ARP or neighbour discovery, and "
		      "nobody answers. The host is switched off, unplugged, "
		      "or does not have that address."),
	.told_apart = N_("No SYN leaves as long as the neighbour is "
			 "unknown; a firewall would at least answer ARP. If "
			 "the address asked for is a gateway, or lies in "
			 "another network, the route or the netmask is "
			 "wrong instead."),
	.separate_by = N_("On the machine that asks: `ip route get SERVER` "
			  "(does it name the link rightly?), `ip neigh show "
			  "SERVER` and `arping -I IF SERVER`; at the "
			  "server's console: `ip -br link; ip -br addr`."),
	.fix = N_("Power the server on, plug it in, or give it the address "
		  "again; if it moved, correct the address that clients "
		  "use."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_NEIGHBOUR,
	.shows = SYMPTOM_BIT(REFUSED_BY_ICMP) | SYMPTOM_BIT(SYN_UNANSWERED) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_UNANSWERED) | SYMPTOM_BIT(ARP_UNANSWERED) |
		 SYMPTOM_BIT(DATA_UNANSWERED),
	.needs_any = { FACT_ARP_SILENCE, FACT_ICMP_FROM_CLIENT,
		       FACT_AT_CLIENT },
	.ruled_out_by = { FACT_ICMP_TOO_BIG,
			  FACT_SYN_NOT_ARRIVED,
			  FACT_ARP_ANSWERED,
			  FACT_SYN_OTHER_MAC,
			  FACT_SYNACK_OTHER_SOURCE,
			  FACT_IS_LOOPBACK,
			  FACT_ICMP_FROM_TARGET,
			  FACT_ICMP_PROHIBITED,
			  FACT_ICMP_PORT,
			  FACT_ICMP_NET,
			  FACT_ICMP_PROTOCOL,
			  FACT_ICMP_REJECT_ROUTE,
			  FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY,
			  FACT_ICMP_AT_ONCE,
			  FACT_HOST_PINGS,
			  FACT_HOST_SERVES,
			  FACT_SYN_ARRIVED,
			  FACT_ICMP_FROM_OTHER,
			  FACT_SERVER_DATA_LOST,
			  FACT_PORT_SERVED_OTHERS,
			  FACT_ROUTE_VIA_GATEWAY,
			  FACT_HOST_ON_LINK,
			  FACT_SILENCE_LONG,
			  FACT_ADDRESS_OWN },
	.favoured_by = { FACT_ARP_SILENCE, FACT_ICMP_FROM_CLIENT },
};
