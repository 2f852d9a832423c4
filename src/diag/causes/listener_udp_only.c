#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_listener_udp_only = {
	.id = "listener-udp-only",
	.number = 43,
	.title = N_("The port is served over the other transport (UDP or "
		    "TCP)"),
	.meaning = N_("The port is open for UDP and the client comes with "
		      "TCP, or the other way round."),
	.told_apart = N_("It looks the same as no listener. The socket of "
			 "the other protocol stands on the very port that "
			 "was asked."),
	.separate_by = N_("On the server: `ss -lntup 'sport = :PORT'`: only "
			  "a line of the other protocol (udp UNCONN or tcp "
			  "LISTEN) appears."),
	.fix = N_("Use the same transport on both sides, as with `proto "
		  "udp` or `proto tcp` in OpenVPN."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_SOCKET,
	.shows = SYMPTOM_BIT(REFUSED_BY_RST) | SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_ICMP_PROHIBITED,
			  FACT_ICMP_HOST, FACT_ICMP_NET, FACT_ICMP_PROTOCOL,
			  FACT_ICMP_REJECT_ROUTE, FACT_ICMP_TTL,
			  FACT_ICMP_FROM_OTHER, FACT_ICMP_FROM_CLIENT,
			  FACT_PORT_SERVED_OTHERS, FACT_INNER_LOOPBACK,
			  FACT_INNER_NONE, FACT_RULE_RST, FACT_ICMP_BY_RULE },
	.favoured_by = { FACT_RST_FOR_SYN, FACT_RST_FROM_STACK,
			 FACT_HOST_SERVES, FACT_RST_LEFT_SERVER, FACT_ICMP_PORT,
			 FACT_UDP_REQUEST },
	.found_by = { FACT_LISTENER_OTHER_PROTOCOL },
	.looked_by = { FACT_SOCKETS_READ },
	.dropped_as = { FACT_DROP_NO_SOCKET },
};
