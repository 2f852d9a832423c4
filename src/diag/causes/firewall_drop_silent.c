#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_firewall_drop_silent = {
	.id = "firewall-drop-silent",
	.number = 1,
	.title = N_("A firewall rule on the server drops the packets"),
	.meaning = N_("A rule of the server's own firewall matches the "
		      "connection and discards its packets without an "
		      "answer."),
	.told_apart = N_("A drop on a router looks the same to the client, "
			 "but then the SYN never shows in the server's own "
			 "capture. A full accept queue or a missing route "
			 "back leaves the same packets and moves a TcpExt "
			 "or Ip counter; a DROP rule moves only its own."),
	.separate_by = N_("On the server: `iptables-save -c` (or `nft list "
			  "ruleset`) before and after one attempt; the DROP "
			  "rule whose counter went up is to blame."),
	.fix = N_("Put a narrow ACCEPT for this source, protocol and port "
		  "above the dropping rule, or delete that rule if it is "
		  "wrong, and save the rules. Do not flush the table."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(DATA_UNANSWERED) |
		 SYMPTOM_BIT(SILENT_AFTER_CONNECT),
	.needs_any = { FACT_SYN_SILENCE, FACT_UDP_REQUEST,
		       FACT_CLIENT_DATA_LOST, FACT_SYNACK_REPEATED },
	.ruled_out_by = { FACT_WOKEN, FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_SYNACK_OTHER_SOURCE },
	.favoured_by = { FACT_SYN_ARRIVED, FACT_HOST_PINGS, FACT_HOST_SERVES },
	.ruled_by = FACT_RULES_DROP,
	.dropped_as = { FACT_DROP_RULES },
};
