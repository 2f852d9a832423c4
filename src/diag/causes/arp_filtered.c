#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_arp_filtered = {
	.id = "arp-filtered",
	.number = 74,
	.title = N_("An ARP filter on the server swallows the requests"),
	.meaning = N_("The server is up, but arptables rules or an nft "
		      "table of family arp discard the ARP requests or the "
		      "answers, so nobody on the link can find it."),
	.told_apart = N_("To the client it is the same as a host that is "
			 "down. In the server's own capture the ARP "
			 "requests arrive and no answer leaves, and the IP "
			 "rules count nothing."),
	.separate_by = N_("On the server: `tcpdump -eni IF arp` shows the "
			  "requests come in unanswered; `arptables -nvL` "
			  "and `nft list ruleset arp` name the rule by its "
			  "counter."),
	.fix = N_("Delete or narrow the ARP rule so that requests for the "
		  "server's address are answered, and save the rules."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(REFUSED_BY_ICMP) | SYMPTOM_BIT(SYN_UNANSWERED) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_UNANSWERED) | SYMPTOM_BIT(ARP_UNANSWERED),
	.needs = { FACT_IS_V4 },
	.ruled_out_by = { FACT_ICMP_TOO_BIG,      FACT_SYN_NOT_ARRIVED,
			  FACT_ARP_ANSWERED,      FACT_SYN_OTHER_MAC,
			  FACT_IS_LOOPBACK,       FACT_ICMP_FROM_TARGET,
			  FACT_ICMP_PROHIBITED,   FACT_ICMP_PORT,
			  FACT_ICMP_NET,          FACT_ICMP_PROTOCOL,
			  FACT_ICMP_REJECT_ROUTE, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY,   FACT_ICMP_AT_ONCE,
			  FACT_HOST_PINGS,        FACT_HOST_SERVES,
			  FACT_SYN_ARRIVED,       FACT_HOST_ON_LINK,
			  FACT_LINK_NO_CARRIER,   FACT_NO_ARP_FILTER },
	.found_by = { FACT_ARP_FILTERED },
};
