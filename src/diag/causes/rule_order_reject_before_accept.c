#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_rule_order_reject_before_accept = {
	.id = "rule-order-reject-before-accept",
	.number = 4,
	.title = N_("The ACCEPT stands below a rule that refuses first"),
	.meaning = N_("The rule that accepts the port exists, but a REJECT "
		      "or DROP above it matches first, so it is never "
		      "reached."),
	.told_apart = N_("On the wire it is the same as a missing ACCEPT. "
			 "Only the rules show it: the counter of the "
			 "refusing rule moves and that of the ACCEPT below "
			 "stays at zero."),
	.separate_by = N_("On the server: `iptables -nvL INPUT "
			  "--line-numbers` (or `nft -a list ruleset`); look "
			  "for an ACCEPT for PORT below the REJECT or DROP "
			  "whose counter moves."),
	.fix = N_("Insert the ACCEPT above the refusing rule (`iptables -I "
		  "INPUT` with its number), delete the copy below, save, "
		  "and compare the saved rules with those in force: a "
		  "reboot brings the saved ones back."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_COMMON,
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
	.favoured_by = { FACT_ICMP_PROHIBITED, FACT_ICMP_LEFT_SERVER,
			 FACT_SYN_ARRIVED },
	.ruled_by = FACT_RULES_ORDER,
	.dropped_as = { FACT_DROP_RULES },
};
