#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_firewall_connlimit = {
	.id = "firewall-connlimit",
	.number = 19,
	.title = N_("Too many open connections from the client for the "
		    "firewall"),
	.meaning = N_("A connlimit (nft: ct count) rule refuses a source "
		      "that already has as many connections open as it "
		      "allows."),
	.told_apart = N_("A closed port also answers with a RST, but here "
			 "others are served, and this client too until it "
			 "has too many connections open."),
	.separate_by = N_("On the server: `ss -tn 'sport = :PORT and dst "
			  "CLIENT' | wc -l` against the number in the rule "
			  "(`iptables-save | grep connlimit`, `nft list "
			  "ruleset | grep 'ct count'`)."),
	.fix = N_("Close the connections that the client leaks, or raise "
		  "the limit, with regard to clients that share one address "
		  "behind NAT."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(REFUSED_BY_RST) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_SYN_NOT_ARRIVED,
			  FACT_SYN_OTHER_MAC, FACT_ICMP_FROM_OTHER,
			  FACT_ICMP_FROM_CLIENT, FACT_ICMP_LATE, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY, FACT_RST_FROM_STACK,
			  FACT_SYNACK_OTHER_SOURCE, FACT_KERNEL_RST,
			  FACT_ICMP_BY_KERNEL },
	.favoured_by = { FACT_PORT_SERVED_BEFORE, FACT_PORT_SERVED_AFTER,
			 FACT_PORT_SERVED_OTHERS },
	.looked_by = { FACT_RULES_READ },
	.ruled_by = FACT_RULES_CONNLIMIT,
	.dropped_as = { FACT_DROP_RULES },
};
