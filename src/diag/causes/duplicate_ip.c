#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_duplicate_ip = {
	.id = "duplicate-ip",
	.number = 77,
	.title = N_("Two machines use the same IP address"),
	.meaning = N_("Another machine on the server's link has the same "
		      "address and answers ARP for it, so the packets go to "
		      "the wrong one, always or by turns."),
	.told_apart = N_("The other machine answers as it pleases: a RST, a "
			 "reject, silence, another host key, and it may "
			 "change from minute to minute. In the real "
			 "server's own capture the attempt is missing."),
	.separate_by = N_("On the server: `arping -D -I IF SERVER` (an "
			  "answer means a second owner). On the client or "
			  "last router: `arping -I IF SERVER` shows two MAC "
			  "addresses, or `ip neigh show SERVER` another "
			  "than the server's."),
	.fix = N_("Find the second machine by its MAC address (the switch's "
		  "table) and give it another address; then `ip neigh flush "
		  "to SERVER` on the client or router."),
	.place = PLACE_SERVER_LINK,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_NEIGHBOUR,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_RST) |
		 SYMPTOM_BIT(REFUSED_BY_ICMP) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(RESET_MID_STREAM) | SYMPTOM_BIT(DATA_UNANSWERED),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_SYNACK_OTHER_SOURCE,
			  FACT_IS_LOOPBACK, FACT_SYN_ARRIVED,
			  FACT_RST_LEFT_SERVER, FACT_ICMP_LEFT_SERVER,
			  FACT_ICMP_FROM_OTHER, FACT_ICMP_FROM_CLIENT,
			  FACT_ICMP_LATE, FACT_ICMP_TTL, FACT_ICMP_REASSEMBLY },
	.favoured_by = { FACT_ARP_TWO_ANSWERS, FACT_RST_OTHER_TTL },
	.found_by = { FACT_ADDRESS_ANOTHERS },
};
