#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_client_input_no_established = {
	.id = "client-input-no-established",
	.number = 9,
	.title = N_("The client's own firewall drops the SYN-ACK"),
	.meaning = N_("The SYN-ACK reaches the client, but its INPUT rules "
		      "have no accept for ESTABLISHED packets and discard "
		      "it, so the client repeats its SYN."),
	.told_apart = N_("In the client's own capture the SYN-ACK is there "
			 "and the SYN is still repeated. If the client "
			 "answers with a RST instead, its kernel did see "
			 "the SYN-ACK and knows no such connection."),
	.separate_by = N_("On the client: `tcpdump -ni IF 'tcp port PORT'` "
			  "shows the SYN-ACK coming in, and `iptables -nvL "
			  "INPUT` (or `nft list ruleset`) before and after "
			  "shows the dropping rule or policy."),
	.fix = N_("On the client, accept the answers to its own "
		  "connections: `iptables -I INPUT -m conntrack --ctstate "
		  "ESTABLISHED,RELATED -j ACCEPT` (nft: `ct state "
		  "established,related accept`), and save."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE) |
		 SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED),
	.needs_any = { FACT_SYNACK_SEEN, FACT_OWN_RULES_REPLY,
		       FACT_OWN_RULES_UNSURE },
	.ruled_out_by = { FACT_SYNACK_RESET, FACT_SYNACK_OTHER_SOURCE,
			  FACT_OWN_RULES_PASS },
	.favoured_by = { FACT_SYNACK_IGNORED, FACT_AT_CLIENT },
	.proven_by = FACT_OWN_RULES_REPLY,
	.dropped_as = { FACT_OWN_DROP_RULES_REPLY },
};
