#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_firewall_nft_second_table = {
	.id = "firewall-nft-second-table",
	.number = 15,
	.title = N_("A second table drops what the first one accepted"),
	.meaning = N_("Two base chains hang on the same hook. The first "
		      "accepts the packet, but an accept ends only its own "
		      "chain, and the later one drops or rejects it."),
	.told_apart = N_("The accept rule's counter moves for every attempt "
			 "and the connection still fails. With a missing "
			 "accept that counter stays at zero."),
	.separate_by = N_("On the server: `nft list chains` for two filter "
			  "chains on hook input, then `nft list ruleset` "
			  "(or `nft monitor trace`) for the later one that "
			  "refuses."),
	.fix = N_("Add the same accept to the later table too, in its own "
		  "tool (firewalld, ufw, Docker, Podman), or take one of "
		  "the two tools out of service."),
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
	.ruled_by = FACT_RULES_SECOND,
	.dropped_as = { FACT_DROP_RULES },
};
