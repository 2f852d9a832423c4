#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_nfqueue_no_listener = {
	.id = "nfqueue-no-listener",
	.number = 23,
	.title = N_("Packets go to a queue that no program reads"),
	.meaning = N_("A rule hands the packets to NFQUEUE, but the program "
		      "that should judge them (Suricata or another IPS) is "
		      "not running and the rule has no bypass."),
	.told_apart = N_("It looks like a DROP and no DROP rule exists; the "
			 "counter of a NFQUEUE rule moves instead, and "
			 "often every service of the host is hit at once."),
	.separate_by = N_("On the server: `cat "
			  "/proc/net/netfilter/nfnetlink_queue` is empty, "
			  "or lacks the queue number of the rule in "
			  "`iptables-save -c | grep NFQUEUE` (nft: "
			  "`queue`)."),
	.fix = N_("Start the program again, and add `--queue-bypass` (nft: "
		  "`queue flags bypass`) so that its next failure does not "
		  "cut the network."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(DATA_UNANSWERED) |
		 SYMPTOM_BIT(SILENT_AFTER_CONNECT),
	.needs_any = { FACT_SYN_SILENCE, FACT_UDP_REQUEST,
		       FACT_CLIENT_DATA_LOST, FACT_SYNACK_REPEATED },
	.ruled_out_by = { FACT_WOKEN, FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_SYNACK_OTHER_SOURCE },
	.favoured_by = { FACT_SYN_ARRIVED, FACT_PORT_SERVED_BEFORE },
	.looked_by = { FACT_RULES_READ },
	.ruled_by = FACT_RULES_QUEUE,
	.dropped_as = { FACT_DROP_QUEUE },
};
