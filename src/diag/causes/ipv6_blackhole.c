#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_ipv6_blackhole = {
	.id = "ipv6-blackhole",
	.number = 47,
	.title = N_("IPv6 packets vanish on the way"),
	.meaning = N_("The IPv6 path between the two is broken without an "
		      "error message, and the client tries IPv6 before "
		      "IPv4."),
	.told_apart = N_("Over IPv4 it connects at once. If the IPv6 SYN "
			 "does reach the server, the server's own IPv6 "
			 "filter is to blame."),
	.separate_by = N_("On the server: `tcpdump -ni any 'ip6 and tcp "
			  "port PORT'` during an attempt: no SYN arrives; "
			  "on the client: `traceroute -6 SERVER` shows "
			  "where it ends."),
	.fix = N_("Repair the IPv6 route or filter where the traceroute "
		  "ends, or take the AAAA record away until it works."),
	.place = PLACE_PATH,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_ROUTER,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE),
	.needs = { FACT_IS_V6 },
	.ruled_out_by = { FACT_IS_LOOPBACK, FACT_SYNACK_ARRIVED,
			  FACT_SYN_ARRIVED, FACT_SYNACK_RESET, FACT_ACK_FOR_SYN,
			  FACT_HOST_SERVES, FACT_SYNACK_OTHER_SOURCE },
	.favoured_by = { FACT_HAS_NAME, FACT_HOST_DEAD },
};
