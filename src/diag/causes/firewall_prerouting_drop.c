#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_firewall_prerouting_drop = {
	.id = "firewall-prerouting-drop",
	.number = 11,
	.title = N_("Packets are dropped before the filter table sees them"),
	.meaning = N_("The drop stands in the raw or mangle table, or in an "
		      "nft prerouting or ingress chain, so a look at "
		      "`iptables -L` finds nothing."),
	.told_apart = N_("The packets arrive and no counter of INPUT moves "
			 "at all, neither a rule's nor the policy's. A drop "
			 "in the filter table would move one of them."),
	.separate_by = N_("On the server: `iptables -t raw -nvL; iptables "
			  "-t mangle -nvL; nft list ruleset` before and "
			  "after one attempt; look in every table and hook, "
			  "netdev too."),
	.fix = N_("Correct or remove the rule in the table where it stands, "
		  "and save."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(DATA_UNANSWERED) |
		 SYMPTOM_BIT(SILENT_AFTER_CONNECT),
	.needs_any = { FACT_SYN_SILENCE, FACT_UDP_REQUEST,
		       FACT_CLIENT_DATA_LOST, FACT_SYNACK_REPEATED },
	.ruled_out_by = { FACT_WOKEN, FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_SYNACK_OTHER_SOURCE },
	.favoured_by = { FACT_SYN_ARRIVED, FACT_HOST_PINGS, FACT_HOST_SERVES },
	.ruled_by = FACT_RULES_EARLY,
	.dropped_as = { FACT_DROP_RULES },
};
