#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_ip_set_maxelem = {
	.id = "ip-set-maxelem",
	.number = 178,
	.title = N_("The firewall's allow set is full, the client is not in "
		    "it"),
	.meaning = N_("The server's firewall admits the addresses of a set, "
		      "and the set has reached its maximum size, so a new "
		      "client could not be added and falls through to the "
		      "refusal below."),
	.told_apart = N_("On the wire it is like any missing ACCEPT. The "
			 "rule is right and older entries pass; only new "
			 "addresses are missing from the set."),
	.separate_by = N_("On the server: `ipset list SET -t` shows as many "
			  "entries as maxelem, `ipset test SET CLIENT` (or "
			  "`nft get element`) says no, and `dmesg | grep "
			  "'set is full'` or the log of the program that "
			  "adds entries has the error."),
	.fix = N_("Make a larger set and swap it in (`ipset create NEW ... "
		  "maxelem N`, `ipset swap`), or raise `size` in the nft "
		  "set; let old entries time out."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_SET_ELEMENT,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_RST) |
		 SYMPTOM_BIT(REFUSED_BY_ICMP) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_SYN_NOT_ARRIVED,
			  FACT_SYN_OTHER_MAC, FACT_SYNACK_OTHER_SOURCE,
			  FACT_RST_FROM_STACK, FACT_ICMP_FROM_OTHER,
			  FACT_ICMP_FROM_CLIENT, FACT_ICMP_LATE, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY, FACT_KERNEL_RST,
			  FACT_ICMP_BY_KERNEL },
	.favoured_by = { FACT_PORT_SERVED_OTHERS },
	.looked_by = { FACT_RULES_READ },
	.ruled_by = FACT_RULES_SET_FULL,
	.dropped_as = { FACT_DROP_RULES },
};
