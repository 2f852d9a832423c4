#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_firewall_legacy_hidden = {
	.id = "firewall-legacy-hidden",
	.number = 16,
	.title = N_("Rules of the other iptables backend refuse it unseen"),
	.meaning = N_("Both iptables-legacy and nft rules are loaded, and "
		      "the refusing rule stands in the one that nobody "
		      "looks at."),
	.told_apart = N_("The rules that are shown accept the packet and "
			 "their counters move, and the connection still "
			 "fails. `iptables` lists only one of the two "
			 "backends."),
	.separate_by = N_("On the server: `cat /proc/net/ip_tables_names` "
			  "(not empty means legacy tables), then "
			  "`iptables-legacy-save -c` and `nft list ruleset` "
			  "before and after one attempt."),
	.fix = N_("Delete the rule with the tool of its own backend "
		  "(`iptables-legacy -D`), then keep to one backend "
		  "(`update-alternatives --config iptables`)."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_OCCASIONAL,
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
	.favoured_by = { FACT_SYN_ARRIVED },
	.looked_by = { FACT_RULES_READ },
	.ruled_by = FACT_RULES_LEGACY,
	.dropped_as = { FACT_DROP_RULES },
};
