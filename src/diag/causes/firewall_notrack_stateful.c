#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_firewall_notrack_stateful = {
	.id = "firewall-notrack-stateful",
	.number = 10,
	.title = N_("NOTRACK hides the flow from rules that ask for its "
		    "state"),
	.meaning = N_("A NOTRACK rule takes the packets out of connection "
		      "tracking, but the filter accepts only NEW or "
		      "ESTABLISHED ones, so they fall through to the final "
		      "drop or reject."),
	.told_apart = N_("The accept rule looks right and still does not "
			 "match. The connection has no conntrack entry "
			 "although tracking is on, and the counter of the "
			 "raw rule moves."),
	.separate_by = N_("On the server: `iptables -t raw -nvL` (or `nft "
			  "list ruleset`, look for `notrack`) and, during "
			  "an attempt, `conntrack -L -p tcp --dport PORT`: "
			  "a raw counter that moves and no entry."),
	.fix = N_("Remove the NOTRACK rule, or accept `--ctstate UNTRACKED` "
		  "for this port in both directions, and save."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(SILENT_AFTER_CONNECT) |
		 SYMPTOM_BIT(DATA_UNANSWERED),
	.needs_any = { FACT_SYN_SILENCE, FACT_UDP_REQUEST, FACT_SYNACK_REPEATED,
		       FACT_ICMP_ERROR },
	.ruled_out_by = { FACT_WOKEN, FACT_ICMP_TOO_BIG, FACT_SYN_NOT_ARRIVED,
			  FACT_SYN_OTHER_MAC, FACT_ICMP_FROM_OTHER,
			  FACT_ICMP_FROM_CLIENT, FACT_ICMP_LATE, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY, FACT_SYNACK_OTHER_SOURCE,
			  FACT_ICMP_BY_KERNEL },
	.favoured_by = { FACT_SYN_ARRIVED },
	.looked_by = { FACT_RULES_READ },
	.ruled_by = FACT_RULES_NOTRACK,
	.dropped_as = { FACT_DROP_RULES },
};
