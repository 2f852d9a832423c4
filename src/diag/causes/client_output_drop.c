#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_client_output_drop = {
	.id = "client-output-drop",
	.number = 92,
	.title = N_("The client's own firewall drops the packets"),
	.meaning = N_(
		"A rule or policy of the client's OUTPUT chain discards "
		"what it sends to the server. TCP is not told and repeats "
		"its SYN in vain; for UDP, send() fails with \"Operation not "
		"permitted\"."),
	.told_apart =
		N_("No SYN is in the client's own capture, and "
		   "TcpExtTCPRetransFail counts. A drop elsewhere lets the SYN "
		   "be seen."),
	.separate_by =
		N_("On the client, as root: `iptables-save -c` or `nft list "
		   "ruleset` before and after one attempt: the counter of a "
		   "DROP in OUTPUT goes up."),
	.fix = N_("Put an ACCEPT for this destination and port above the "
		  "rule, or delete it, and save; if a VPN's kill switch or a "
		  "security product put it there, change it in that program."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYN_NOT_SENT) | SYMPTOM_BIT(SYN_UNANSWERED) |
		 SYMPTOM_BIT(LOCAL_REFUSED) | SYMPTOM_BIT(UDP_UNANSWERED),
	.needs_any = { FACT_PACKET_NOT_SENT, FACT_OWN_RULES_DROP },
	.ruled_out_by = { FACT_PACKET_SENT, FACT_OWN_RULES_PASS,
			  FACT_OWN_RULES_OWNER, FACT_OWN_RULES_REJECT,
			  FACT_OWN_RULES_REPLY },
	.proven_by = FACT_OWN_RULES_DROP,
	.dropped_as = { FACT_OWN_DROP_RULES },
};
