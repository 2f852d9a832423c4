#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_client_owner_drop = {
	.id = "client-owner-drop",
	.number = 94,
	.title = N_("The client's own firewall drops what this user sends"),
	.meaning =
		N_("A rule of the client's OUTPUT chain that asks for the user "
		   "or group of the sending process (`-m owner`, `meta skuid`) "
		   "discards the packets."),
	.told_apart =
		N_("Another user, often root, gets through with the very same "
		   "command. No SYN is in the client's own capture."),
	.separate_by =
		N_("On the client: try as another user, or `kiriwake TARGET "
		   "--as USER`; as root: `iptables-save -c` or `nft list "
		   "ruleset`, and look for owner, skuid or skgid in OUTPUT."),
	.fix = N_("Add the user to what the rule allows, or change the rule, "
		  "and save it."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYN_NOT_SENT) | SYMPTOM_BIT(SYN_UNANSWERED) |
		 SYMPTOM_BIT(LOCAL_REFUSED) | SYMPTOM_BIT(UDP_UNANSWERED),
	.needs_any = { FACT_PACKET_NOT_SENT, FACT_OWN_RULES_OWNER },
	.ruled_out_by = { FACT_PACKET_SENT, FACT_OWN_RULES_PASS,
			  FACT_OWN_RULES_DROP, FACT_OWN_RULES_REJECT,
			  FACT_OWN_RULES_REPLY },
	.proven_by = FACT_OWN_RULES_OWNER,
	.dropped_as = { FACT_OWN_DROP_RULES },
};
