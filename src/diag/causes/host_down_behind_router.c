#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_host_down_behind_router = {
	.id = "host-down-behind-router",
	.number = 72,
	.title = N_("The host is down: its last router gets no ARP answer"),
	.meaning = N_("The server is switched off, unplugged, or does not "
		      "have that address any more. The last router asks for "
		      "it on the link, hears nothing and gives up after "
		      "about three seconds."),
	.told_apart = N_("A firewall answers at once, a dead neighbour only "
			 "after some three seconds, and host unreachable "
			 "comes from the router. Where the router sends no "
			 "ICMP, the client sees silence, as with a DROP."),
	.separate_by = N_("On the last router: `ip neigh show SERVER` "
			  "(FAILED or INCOMPLETE) and `tcpdump -eni IF arp` "
			  "during an attempt; at the server's console: `ip "
			  "-br link; ip -br addr`."),
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
	.needs_any = { FACT_SYN_SEEN, FACT_UDP_REQUEST, FACT_ICMP_ERROR,
		       FACT_CLIENT_DATA_LOST, FACT_AT_ROUTER, FACT_AT_SERVER },
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
			  FACT_ICMP_FROM_CLIENT,
			  FACT_SERVER_DATA_LOST,
			  FACT_PORT_SERVED_OTHERS,
			  FACT_GATEWAY_SILENT,
			  FACT_LINK_NO_CARRIER,
			  FACT_ADDRESS_OWN },
	.favoured_by = { FACT_ICMP_LATE, FACT_ARP_SILENCE },
};
