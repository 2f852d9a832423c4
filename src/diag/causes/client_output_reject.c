#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_client_output_reject = {
	.id = "client-output-reject",
	.number = 93,
	.title = N_("The client's own firewall rejects the connection"),
	.meaning = N_("A REJECT rule in the client's OUTPUT chain refuses "
		      "the packet before it leaves, and the ICMP error "
		      "comes from the client's own address over the "
		      "loopback."),
	.told_apart = N_("The program sees the same error as for a refusal "
			 "by the server, but no SYN is on the wire. If the "
			 "own address says host unreachable only after "
			 "three seconds, a neighbour did not answer "
			 "instead."),
	.separate_by = N_("On the client: `iptables-save -c` (or `nft list "
			  "ruleset`) before and after one attempt: the "
			  "counter of a REJECT in OUTPUT goes up."),
	.fix = N_("Delete the OUTPUT rule or put an ACCEPT for this "
		  "destination above it, and save; if a VPN's kill switch "
		  "or a security product put it there, change it in that "
		  "program."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) | SYMPTOM_BIT(REFUSED_BY_RST),
	.needs_any = { FACT_ICMP_FROM_CLIENT, FACT_OWN_RULES_REJECT,
		       FACT_OWN_RULES_UNSURE },
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_ICMP_LATE, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY, FACT_SYN_SEEN,
			  FACT_OWN_RULES_PASS, FACT_OWN_RULES_DROP,
			  FACT_OWN_RULES_OWNER, FACT_ARP_SILENCE },
	.proven_by = FACT_OWN_RULES_REJECT,
	.dropped_as = { FACT_OWN_DROP_RULES },
};
