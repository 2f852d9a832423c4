#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_nat_hairpin_missing = {
	.id = "nat-hairpin-missing",
	.number = 35,
	.title = N_("A client inside uses the outside address (no NAT "
		    "hairpin)"),
	.meaning = N_("Client and server share a network, and the client "
		      "asks the router's public address; the router "
		      "forwards it back inside, and the server answers the "
		      "client directly from its own address."),
	.told_apart = N_("From outside the same address works. From inside "
			 "the SYN-ACK comes from the server's inner "
			 "address, and the client resets or ignores it."),
	.separate_by = N_("On the client: `tcpdump -ni any 'tcp and port "
			  "PORT'` without a host filter: a SYN to the "
			  "public address and a SYN-ACK from an inner one."),
	.fix = N_("On the router masquerade connections that go from the "
		  "inner network back into it, or let the inner DNS give "
		  "the server's inner address (split DNS)."),
	.place = PLACE_ROUTER,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE) |
		 SYMPTOM_BIT(UDP_UNANSWERED),
	.ruled_out_by = { FACT_NO_DNAT, FACT_IS_LOOPBACK, FACT_SYNACK_ARRIVED,
			  FACT_SYN_ARRIVED, FACT_ACK_FOR_SYN },
	.favoured_by = { FACT_SYNACK_OTHER_SOURCE, FACT_SYNACK_RESET },
	.found_by = { FACT_DNAT_HAIRPIN },
	.looked_by = { FACT_RULES_READ },
};
