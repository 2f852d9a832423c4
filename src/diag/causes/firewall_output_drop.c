#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_firewall_output_drop = {
	.id = "firewall-output-drop",
	.number = 8,
	.title = N_("The server's OUTPUT filter drops its own answers"),
	.meaning = N_("The packets arrive and the service's kernel answers, "
		      "but the server's OUTPUT (egress) rules discard the "
		      "answer before it reaches the wire."),
	.told_apart = N_("tcpdump on the server shows no SYN-ACK either, "
			 "because it taps after OUTPUT. Unlike with a drop "
			 "on the way in, `ss` shows the half-open "
			 "connection in SYN-RECV and TCPSynRetrans rises."),
	.separate_by = N_("On the server: `ss -tn state syn-recv 'sport = "
			  ":PORT'` during an attempt, and `iptables -nvL "
			  "OUTPUT` before and after it."),
	.fix = N_("Accept ESTABLISHED,RELATED in OUTPUT above the drop "
		  "(`iptables -I OUTPUT -m conntrack --ctstate "
		  "ESTABLISHED,RELATED -j ACCEPT`) and save."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(DATA_UNANSWERED),
	.needs_any = { FACT_SYN_SILENCE, FACT_UDP_REQUEST,
		       FACT_CLIENT_DATA_LOST, FACT_RULES_TRACED },
	.ruled_out_by = { FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_SYNACK_OTHER_SOURCE },
	.favoured_by = { FACT_SYN_ARRIVED },
	.ruled_by = FACT_RULES_REPLY,
	.dropped_as = { FACT_DROP_RULES_REPLY },
};
