#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_dnat_reply_bypass = {
	.id = "dnat-reply-bypass",
	.number = 34,
	.title = N_("The reply goes past the NAT box and is not translated "
		    "back"),
	.meaning = N_("The connection is forwarded by DNAT, but the "
		      "server's reply takes another way, so the client gets "
		      "a SYN-ACK from an address it never asked."),
	.told_apart = N_("The SYN-ACK comes from another address than the "
			 "SYN went to, and the client answers it with a RST "
			 "or ignores it. A SYN-ACK from the right address "
			 "that is ignored is the client's own filter."),
	.separate_by = N_("On the client: `tcpdump -ni any 'tcp and port "
			  "PORT'` without a host filter shows the SYN-ACK's "
			  "source; on the server: `ip route get CLIENT` "
			  "does not name the NAT box."),
	.fix = N_("Route the server's replies through the NAT box (gateway "
		  "or a policy rule), or let the box also translate the "
		  "source (SNAT or masquerade)."),
	.place = PLACE_ROUTER,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_ROUTE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE) |
		 SYMPTOM_BIT(UDP_UNANSWERED),
	.ruled_out_by = { FACT_NO_DNAT, FACT_IS_LOOPBACK, FACT_SYNACK_ARRIVED,
			  FACT_SYN_ARRIVED, FACT_ACK_FOR_SYN },
	.favoured_by = { FACT_SYNACK_OTHER_SOURCE, FACT_SYNACK_RESET },
	.found_by = { FACT_DNAT_BYPASS },
	.looked_by = { FACT_RULES_READ },
};
