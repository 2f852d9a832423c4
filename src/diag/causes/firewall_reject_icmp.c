#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_firewall_reject_icmp = {
	.id = "firewall-reject-icmp",
	.number = 5,
	.title = N_("A firewall rule on the server rejects it with ICMP"),
	.meaning = N_("A rule of the server's firewall rejects this very "
		      "port and answers with an ICMP error."),
	.told_apart = N_("With port unreachable the client reports "
			 "\"connection refused\", as with a closed port; "
			 "but a closed TCP port answers with a RST, never "
			 "with ICMP. A router's reject carries the router's "
			 "own address."),
	.separate_by = N_("On the server: `iptables-save -c` (or `nft list "
			  "ruleset`) before and after one attempt; the "
			  "REJECT rule whose counter went up is to blame."),
	.fix = N_("Remove the rule, or narrow it so that it spares this "
		  "client and port, and save the rules."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows =
		SYMPTOM_BIT(REFUSED_BY_ICMP) | SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.needs = { FACT_ICMP_ERROR },
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_ICMP_FROM_OTHER,
			  FACT_ICMP_FROM_CLIENT, FACT_ICMP_LATE, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY, FACT_ICMP_BY_KERNEL },
	.favoured_by = { FACT_ICMP_PORT, FACT_ICMP_LEFT_SERVER },
	.ruled_by = FACT_RULES_REJECT_ICMP,
	.dropped_as = { FACT_DROP_RULES },
};
