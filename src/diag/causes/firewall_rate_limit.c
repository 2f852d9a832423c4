#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_firewall_rate_limit = {
	.id = "firewall-rate-limit",
	.number = 18,
	.title = N_("A rate limit of the firewall refuses what exceeds it"),
	.meaning = N_("A limit, hashlimit, recent or meter rule lets "
		      "through so many new connections (or packets) in a "
		      "time and refuses the next ones for a while."),
	.told_apart = N_("The first attempts work, later ones fail, and "
			 "after a pause it works again. Trying again soon "
			 "can prolong it, for `recent --update` counts "
			 "every attempt."),
	.separate_by = N_("On the server: `cat /proc/net/ipt_hashlimit/* "
			  "/proc/net/xt_recent/*` or `nft list meters`, and "
			  "`iptables-save -c`; look for CLIENT and for a "
			  "limit rule whose counter moves."),
	.fix = N_("Raise the limit or exempt this client in the rule, or "
		  "make the client open fewer connections; wait for the "
		  "window to pass before testing again."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(REFUSED_BY_RST) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) | SYMPTOM_BIT(SLOW) |
		 SYMPTOM_BIT(LOSSY) | SYMPTOM_BIT(DATA_UNANSWERED),
	.needs_any = { FACT_SYN_SILENCE, FACT_UDP_REQUEST, FACT_SYNACK_LATE,
		       FACT_CONNECT_SLOW, FACT_HEAVY_LOSS, FACT_PING_LOST,
		       FACT_CLIENT_DATA_LOST, FACT_RETRANSMITTED,
		       FACT_RST_FOR_SYN, FACT_ICMP_ERROR },
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_SYN_NOT_ARRIVED,
			  FACT_SYN_OTHER_MAC, FACT_ICMP_FROM_OTHER,
			  FACT_ICMP_FROM_CLIENT, FACT_ICMP_LATE, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY, FACT_RST_FROM_STACK,
			  FACT_SYNACK_OTHER_SOURCE, FACT_KERNEL_RST,
			  FACT_ICMP_BY_KERNEL },
	.favoured_by = { FACT_PORT_SERVED_BEFORE, FACT_PORT_SERVED_AFTER,
			 FACT_SYNACK_LATE },
	.looked_by = { FACT_RULES_READ },
	.ruled_by = FACT_RULES_RATE,
	.dropped_as = { FACT_DROP_RULES },
};
