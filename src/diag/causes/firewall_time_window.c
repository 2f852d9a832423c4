#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_firewall_time_window = {
	.id = "firewall-time-window",
	.number = 20,
	.title = N_("The firewall admits it at other hours only"),
	.meaning = N_("A rule with a time match (iptables `-m time`, nft "
		      "`meta hour` or `meta day`) covers this hour, or an "
		      "accept does not."),
	.told_apart = N_("Nothing was changed, and it works at other hours. "
			 "Often the window is meant in local time and "
			 "iptables takes it as UTC."),
	.separate_by = N_("On the server: `iptables-save | grep -e '-m "
			  "time'` or `nft list ruleset | grep -E "
			  "'hour|day'`, and compare the window with `date "
			  "-u`."),
	.fix = N_("Correct the window, or write it for the clock that the "
		  "rule uses (`--kerneltz`, or hours in UTC), and save."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(DATA_UNANSWERED),
	.needs_any = { FACT_SYN_SILENCE, FACT_UDP_REQUEST,
		       FACT_CLIENT_DATA_LOST, FACT_ICMP_ERROR },
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_SYN_NOT_ARRIVED,
			  FACT_SYN_OTHER_MAC, FACT_ICMP_FROM_OTHER,
			  FACT_ICMP_FROM_CLIENT, FACT_ICMP_LATE, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY, FACT_SYNACK_OTHER_SOURCE,
			  FACT_ICMP_BY_KERNEL },
	.favoured_by = { FACT_PORT_SERVED_BEFORE, FACT_PORT_SERVED_AFTER },
	.looked_by = { FACT_RULES_READ },
	.ruled_by = FACT_RULES_TIME,
	.dropped_as = { FACT_DROP_RULES },
};
