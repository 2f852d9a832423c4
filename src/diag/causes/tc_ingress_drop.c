#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_tc_ingress_drop = {
	.id = "tc-ingress-drop",
	.number = 102,
	.title = N_("A tc filter on the server drops the incoming packets"),
	.meaning = N_("A filter, policer or BPF program on the ingress "
		      "qdisc of the server's interface discards the packets "
		      "before netfilter sees them, as Cilium, network "
		      "policies or a bandwidth limit do."),
	.told_apart = N_("tcpdump still shows the packets, since it listens "
			 "before tc, and no iptables or nft counter moves, "
			 "unlike with a firewall drop."),
	.separate_by = N_("On the server: `tc -s filter show dev IF "
			  "ingress` and `tc -s qdisc show dev IF` before "
			  "and after one attempt: the dropped counter goes "
			  "up."),
	.fix = N_("Correct or delete the filter (`tc filter del dev IF "
		  "ingress pref N`), in the tool that installs it, so that "
		  "it does not come back."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_TC_FILTER,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(LOSSY),
	.ruled_out_by = { FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_SYNACK_OTHER_SOURCE, FACT_TC_INGRESS_PASSES,
			  FACT_SYN_TAKEN },
	.favoured_by = { FACT_SYN_ARRIVED },
	.found_by = { FACT_TC_INGRESS_DROPS },
	.proven_by = FACT_TC_INGRESS_COUNTED,
	.dropped_as = { FACT_DROP_TC_INGRESS },
};
