#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_firewall_policy_drop = {
	.id = "firewall-policy-drop",
	.number = 2,
	.title = N_("No firewall rule accepts it and the chain's policy "
		    "drops it"),
	.meaning = N_("No rule of the server's firewall accepts the "
		      "packets, so the policy DROP of the base chain takes "
		      "them."),
	.told_apart = N_("A DROP rule looks the same on the wire. Here no "
			 "rule's counter moves, only the counter in the "
			 "chain's header, and there is nothing to delete "
			 "but something to add."),
	.separate_by = N_("On the server: `iptables -nvL INPUT` before and "
			  "after one attempt; the packet count beside "
			  "`policy DROP` goes up. With nft: `nft list "
			  "ruleset` shows `policy drop` and no accept that "
			  "matches."),
	.fix = N_("Add an accept for this source and port: `iptables -I "
		  "INPUT`, `ufw allow from CLIENT to any port PORT` or "
		  "`firewall-cmd --permanent --add-port=PORT/tcp`, and make "
		  "it permanent."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_FIREWALL_POLICY,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(DATA_UNANSWERED) |
		 SYMPTOM_BIT(SILENT_AFTER_CONNECT),
	.needs_any = { FACT_SYN_SILENCE, FACT_UDP_REQUEST,
		       FACT_CLIENT_DATA_LOST, FACT_SYNACK_REPEATED },
	.ruled_out_by = { FACT_WOKEN, FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_SYNACK_OTHER_SOURCE },
	.favoured_by = { FACT_SYN_ARRIVED, FACT_HOST_PINGS, FACT_HOST_SERVES },
	.ruled_by = FACT_RULES_POLICY,
	.dropped_as = { FACT_DROP_RULES },
};
