#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_qdisc_drop = {
	.id = "qdisc-drop",
	.number = 105,
	.title = N_("The server's queueing discipline drops what it sends"),
	.meaning = N_("A traffic shaper on the server's interface (tbf, "
		      "htb, netem or a tiny queue limit) discards outgoing "
		      "packets: SYN-ACKs, data, with a very small limit "
		      "even ARP answers."),
	.told_apart = N_("Loss on the way looks the same from outside, and "
			 "with a tiny limit the host seems down. Unlike "
			 "with a tc filter it hits all traffic by turns, "
			 "more under load."),
	.separate_by = N_("On the server: `tc -s qdisc show dev IF` twice: "
			  "dropped and overlimits grow while the client "
			  "tries."),
	.fix = N_("Raise the shaper's limit, burst or rate (`tc qdisc "
		  "change dev IF ...`), or remove it (`tc qdisc del dev IF "
		  "root`), also in the script that sets it at boot."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_TC_FILTER,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(ARP_UNANSWERED) | SYMPTOM_BIT(LOSSY) |
		 SYMPTOM_BIT(SLOW) | SYMPTOM_BIT(DATA_UNANSWERED) |
		 SYMPTOM_BIT(ONLY_LARGE_SEGMENTS_LOST),
	.needs_any = { FACT_SYN_SILENCE, FACT_UDP_SILENCE, FACT_ICMP_ERROR,
		       FACT_ARP_SILENCE, FACT_RETRANSMITTED, FACT_SYNACK_LATE,
		       FACT_SYNACK_REPEATED, FACT_PING_LOST, FACT_HEAVY_LOSS,
		       FACT_CONNECT_SLOW },
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_SYN_NOT_ARRIVED,
			  FACT_SYN_OTHER_MAC, FACT_SYNACK_OTHER_SOURCE,
			  FACT_ICMP_FROM_TARGET, FACT_ICMP_PROHIBITED,
			  FACT_ICMP_PORT, FACT_ICMP_NET, FACT_ICMP_PROTOCOL,
			  FACT_ICMP_REJECT_ROUTE, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY, FACT_ICMP_AT_ONCE,
			  FACT_LINK_NO_CARRIER, FACT_QDISC_PASSES },
	.favoured_by = { FACT_HEAVY_LOSS, FACT_PING_LOST },
	.found_by = { FACT_QDISC_DROPS },
	.dropped_as = { FACT_DROP_QDISC },
};
