#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_firewall_forward_reject = {
	.id = "firewall-forward-reject",
	.number = 13,
	.title = N_("A firewall on the way rejects it with ICMP"),
	.meaning = N_("A router between the two refuses to forward the "
		      "packets and says so with an ICMP error of its own."),
	.told_apart = N_("The ICMP error's source address is the router's, "
			 "not the server's. Host unreachable that comes "
			 "only after seconds is a dead neighbour and no "
			 "firewall."),
	.separate_by = N_("On the router that the ICMP error came from: "
			  "`iptables -nvL FORWARD` (or `nft list ruleset`) "
			  "and `ip route get SERVER` before and after one "
			  "attempt: a REJECT counter that moves, or else a "
			  "prohibit or unreachable route."),
	.fix = N_("Correct that router's rule, or have its owner accept the "
		  "connection from CLIENT to SERVER, PORT."),
	.place = PLACE_ROUTER,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE),
	.needs = { FACT_ICMP_ERROR },
	.ruled_out_by = { FACT_IS_LOOPBACK, FACT_SYNACK_ARRIVED,
			  FACT_ICMP_FROM_TARGET, FACT_ICMP_FROM_CLIENT,
			  FACT_ICMP_LATE, FACT_ICMP_TTL, FACT_ICMP_REASSEMBLY,
			  FACT_ICMP_TOO_BIG, FACT_SYNACK_RESET,
			  FACT_ACK_FOR_SYN, FACT_ICMP_BY_KERNEL },
	.favoured_by = { FACT_ICMP_FROM_OTHER, FACT_ICMP_PROHIBITED },
	.looked_by = { FACT_RULES_READ },
	.ruled_by = FACT_RULES_FORWARD_REJECT,
	.dropped_as = { FACT_DROP_RULES, FACT_DROP_RULES_REPLY },
};
