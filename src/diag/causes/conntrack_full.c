#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_conntrack_full = {
	.id = "conntrack-full",
	.number = 26,
	.title = N_("The connection tracking table is full"),
	.meaning = N_("The firewall's conntrack table has no room, so "
		      "packets of new connections are dropped while the old "
		      "ones go on."),
	.told_apart = N_("It comes and goes with the load and hits every "
			 "service alike. No rule's counter moves, but the "
			 "drop count of `conntrack -S` does."),
	.separate_by = N_("On the server, and on any Linux router between: "
			  "`sysctl net.netfilter.nf_conntrack_count "
			  "net.netfilter.nf_conntrack_max` and `dmesg | "
			  "grep 'table full'`."),
	.fix = N_("Raise `net.netfilter.nf_conntrack_max` (and the hash "
		  "size), shorten the timeouts, and find out who opens so "
		  "many connections (`conntrack -L`)."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_CONNTRACK,
	.is_anywhere = true,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(SLOW),
	.needs_any = { FACT_SYN_SILENCE, FACT_UDP_REQUEST, FACT_SYNACK_LATE,
		       FACT_CONNECT_SLOW },
	.ruled_out_by = { FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_SYNACK_OTHER_SOURCE, FACT_HOST_SERVES_NOW,
			  FACT_CONNTRACK_ROOM, FACT_SYN_TAKEN },
	.favoured_by = { FACT_PORT_SERVED_AFTER, FACT_SYNACK_LATE },
	.found_by = { FACT_CONNTRACK_FULL },
	.proven_by = FACT_CONNTRACK_COUNTED,
	.dropped_as = { FACT_DROP_RULES, FACT_DROP_RULES_REPLY },
};
