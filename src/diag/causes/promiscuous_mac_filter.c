#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_promiscuous_mac_filter = {
	.id = "promiscuous-mac-filter",
	.number = 170,
	.title = N_("The hypervisor or cloud drops frames of this MAC or IP"),
	.meaning = N_("The virtual switch lets a guest use only the "
		      "addresses it was given, so frames for a second MAC "
		      "or IP address (a virtual IP, a nested guest, a "
		      "router or macvlan) never get through."),
	.told_apart = N_("The host looks down or silent although it is up, "
			 "and nothing shows in its own capture. The guest's "
			 "primary address works from the same place."),
	.separate_by = N_("On the server: `tcpdump -eni IF arp or host "
			  "ADDRESS` while the client asks for the address; "
			  "if no request arrives, or the replies never "
			  "reach the router, look at port security in the "
			  "hypervisor or console."),
	.fix = N_("Allow it there: promiscuous mode, forged transmits and "
		  "MAC changes in VMware, `allowed_address_pairs` in "
		  "OpenStack, the source/destination check off and the "
		  "address assigned in the cloud."),
	.place = PLACE_SERVER_LINK,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_LINK,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE) |
		 SYMPTOM_BIT(REFUSED_BY_ICMP) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) | SYMPTOM_BIT(ARP_UNANSWERED),
	.ruled_out_by = { FACT_ICMP_TOO_BIG,     FACT_SYNACK_OTHER_SOURCE,
			  FACT_SYNACK_ARRIVED,   FACT_IS_LOOPBACK,
			  FACT_SYN_ARRIVED,      FACT_SYN_OWN_MAC,
			  FACT_HOST_PINGS,       FACT_HOST_SERVES,
			  FACT_ICMP_FROM_TARGET, FACT_ICMP_PROHIBITED,
			  FACT_ICMP_PORT,        FACT_ICMP_NET,
			  FACT_ICMP_PROTOCOL,    FACT_ICMP_REJECT_ROUTE,
			  FACT_ICMP_TTL,         FACT_ICMP_REASSEMBLY,
			  FACT_SYNACK_RESET,     FACT_ACK_FOR_SYN,
			  FACT_GATEWAY_SILENT,   FACT_LINK_NO_CARRIER },
};
