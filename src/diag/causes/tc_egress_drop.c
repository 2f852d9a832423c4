#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_tc_egress_drop = {
	.id = "tc-egress-drop",
	.number = 103,
	.title = N_("A tc filter on the server drops the replies"),
	.meaning = N_("The packets arrive and are answered, but a filter or "
		      "BPF program on the egress side of the server's "
		      "interface discards the answers."),
	.told_apart = N_("tcpdump listens after tc on the way out, so no "
			 "SYN-ACK is seen, as with a drop in OUTPUT. `ss` "
			 "shows the connection in SYN-RECV, and no "
			 "netfilter counter moves."),
	.separate_by = N_("On the server: `tc -s filter show dev IF egress` "
			  "and `tc -s qdisc show dev IF` before and after "
			  "one attempt, and `ss -tn state syn-recv 'sport = "
			  ":PORT'` during it."),
	.fix = N_("Correct or delete the filter (`tc filter del dev IF "
		  "egress pref N`), in the tool that installs it, so that "
		  "it does not come back."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_TC_FILTER,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED),
	.ruled_out_by = { FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_SYNACK_OTHER_SOURCE, FACT_TC_EGRESS_PASSES },
	.favoured_by = { FACT_SYN_ARRIVED },
	.found_by = { FACT_TC_EGRESS_DROPS },
	.proven_by = FACT_TC_EGRESS_COUNTED,
	.dropped_as = { FACT_DROP_TC_EGRESS },
};
