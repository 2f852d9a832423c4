#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_bridge_filter_drop = {
	.id = "bridge-filter-drop",
	.number = 38,
	.title = N_("A filter on a bridge drops the frames"),
	.meaning = N_("An ebtables rule or an nft table of family bridge on "
		      "a host between the two discards the frames, as "
		      "libvirt's nwfilter rules do."),
	.told_apart = N_("No IP rule of any host counts it. It looks like a "
			 "forward drop, but the box only bridges and does "
			 "not route."),
	.separate_by = N_("On the bridge host: `ebtables -t filter -L --Lc` "
			  "and `nft list ruleset bridge` before and after "
			  "one attempt."),
	.fix = N_("Correct the ebtables or nft bridge rule, or the nwfilter "
		  "of that guest (`virsh nwfilter-list`)."),
	.place = PLACE_SERVER_LINK,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_FIREWALL_RULE,
	.is_anywhere = true,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE) |
		 SYMPTOM_BIT(DATA_UNANSWERED) | SYMPTOM_BIT(ARP_UNANSWERED) |
		 SYMPTOM_BIT(REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_IS_LOOPBACK, FACT_SYNACK_ARRIVED,
			  FACT_SYN_ARRIVED, FACT_SYNACK_RESET, FACT_ACK_FOR_SYN,
			  FACT_ICMP_PROHIBITED, FACT_ICMP_PORT, FACT_ICMP_NET,
			  FACT_ICMP_PROTOCOL, FACT_ICMP_REJECT_ROUTE,
			  FACT_ICMP_TTL, FACT_ICMP_FROM_TARGET,
			  FACT_ICMP_LEFT_SERVER, FACT_SYNACK_OTHER_SOURCE,
			  FACT_LINK_NO_CARRIER },
	.favoured_by = { FACT_ARP_ANSWERED },
	.found_by = { FACT_BRIDGE_RULES_DROP },
	.dropped_as = { FACT_DROP_RULES },
};
