#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_firewall_mac_filter = {
	.id = "firewall-mac-filter",
	.number = 21,
	.title = N_("The firewall wants another source MAC address"),
	.meaning = N_("A rule admits by source MAC address. Packets that "
		      "come through a router carry the router's MAC, and a "
		      "new network card carries a new one."),
	.told_apart = N_("It works from the own link and fails through a "
			 "router, or fails since a card was changed. The "
			 "rules show a `mac` or `ether saddr` term."),
	.separate_by = N_("On the server: `iptables-save | grep -i mac` or "
			  "`nft list ruleset | grep 'ether saddr'`, against "
			  "the source MAC in `tcpdump -eni IF 'tcp port "
			  "PORT'`."),
	.fix = N_("Match on the IP address instead, or put the MAC that "
		  "really arrives into the rule, and save."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_UNANSWERED) | SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_SYN_NOT_ARRIVED,
			  FACT_ICMP_FROM_OTHER, FACT_ICMP_FROM_CLIENT,
			  FACT_ICMP_LATE, FACT_ICMP_TTL, FACT_ICMP_REASSEMBLY,
			  FACT_SYNACK_OTHER_SOURCE, FACT_ICMP_BY_KERNEL },
	.favoured_by = { FACT_SYN_ARRIVED, FACT_PORT_SERVED_OTHERS },
	.looked_by = { FACT_RULES_READ },
	.ruled_by = FACT_RULES_MAC,
	.dropped_as = { FACT_DROP_RULES },
};
