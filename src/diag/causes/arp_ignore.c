#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_arp_ignore = {
	.id = "arp-ignore",
	.number = 75,
	.title = N_("The server is told not to answer ARP for that address"),
	.meaning = N_("The sysctl arp_ignore keeps the server from "
		      "answering: the address sits on lo or on another "
		      "interface than the one asked, as LVS direct routing "
		      "is set up or leaves behind."),
	.told_apart = N_("It looks like a host that is down. Unlike with an "
			 "ARP filter no rule counts anything and no drop "
			 "event is seen; only the sysctl explains it."),
	.separate_by = N_("On the server: `sysctl -a | grep -w arp_ignore` "
			  "(the larger of all and IF counts) and `ip -br "
			  "addr`: is the address on the interface on which "
			  "the ARP requests arrive?"),
	.fix = N_("Set `sysctl -w net.ipv4.conf.all.arp_ignore=0` and the "
		  "same for the interface, also in /etc/sysctl.d, or move "
		  "the address to the interface that is asked."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_SYSCTL,
	.shows = SYMPTOM_BIT(REFUSED_BY_ICMP) | SYMPTOM_BIT(SYN_UNANSWERED) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_UNANSWERED) | SYMPTOM_BIT(ARP_UNANSWERED),
	.needs = { FACT_IS_V4 },
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
			  FACT_GATEWAY_SILENT,
			  FACT_HOST_ON_LINK,
			  FACT_LINK_NO_CARRIER,
			  FACT_ARP_NOT_IGNORED },
	.found_by = { FACT_ARP_IGNORED },
};
