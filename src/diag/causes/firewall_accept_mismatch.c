#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_firewall_accept_mismatch = {
	.id = "firewall-accept-mismatch",
	.number = 7,
	.title = N_("The ACCEPT meant for this connection misses it by one "
		    "term"),
	.meaning = N_("A rule was meant to accept this connection, but one "
		      "of its terms does not fit: tcp against udp, the "
		      "interface, the source network, the port or the zone."),
	.told_apart = N_("On the wire it is the same as a missing rule, and "
			 "the final DROP or REJECT answers. The counter of "
			 "the near miss stays at zero while the final "
			 "rule's counter moves."),
	.separate_by = N_("On the server: `iptables-save -c` (or `nft list "
			  "ruleset`, `firewall-cmd --get-active-zones`); "
			  "compare each ACCEPT for PORT term by term with "
			  "what `tcpdump -eni any port PORT` shows: "
			  "protocol, interface, source."),
	.fix = N_("Correct that one term, keep the rest of the rule, and "
		  "save."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(REFUSED_BY_RST) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(SILENT_AFTER_CONNECT) |
		 SYMPTOM_BIT(DATA_UNANSWERED),
	.needs_any = { FACT_SYN_SILENCE, FACT_UDP_REQUEST, FACT_SYNACK_REPEATED,
		       FACT_RST_FOR_SYN, FACT_ICMP_ERROR },
	.ruled_out_by = { FACT_WOKEN, FACT_ICMP_TOO_BIG, FACT_SYN_NOT_ARRIVED,
			  FACT_SYN_OTHER_MAC, FACT_ICMP_FROM_OTHER,
			  FACT_ICMP_FROM_CLIENT, FACT_ICMP_LATE, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY, FACT_RST_FROM_STACK,
			  FACT_SYNACK_OTHER_SOURCE, FACT_KERNEL_RST,
			  FACT_ICMP_BY_KERNEL },
	.favoured_by = { FACT_ICMP_PROHIBITED, FACT_SYN_ARRIVED },
	.ruled_by = FACT_RULES_MISMATCH,
	.dropped_as = { FACT_DROP_RULES },
};
