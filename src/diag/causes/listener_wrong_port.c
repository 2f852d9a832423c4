#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_listener_wrong_port = {
	.id = "listener-wrong-port",
	.number = 42,
	.title = N_("The service listens on another port"),
	.meaning = N_("The expected program runs, but has another port open "
		      "than the one that was asked."),
	.told_apart = N_("It looks the same as no listener, but the process "
			 "is up and owns a listening socket elsewhere."),
	.separate_by = N_("On the server: `ss -lntup | grep PROGRAM`: the "
			  "program stands there with another port than "
			  "PORT."),
	.fix = N_("Ask for that port, or set the port in the service's "
		  "configuration and restart it."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_SOCKET,
	.shows = SYMPTOM_BIT(REFUSED_BY_RST) | SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_ICMP_PROHIBITED,
			  FACT_ICMP_HOST, FACT_ICMP_NET, FACT_ICMP_PROTOCOL,
			  FACT_ICMP_REJECT_ROUTE, FACT_ICMP_TTL,
			  FACT_ICMP_FROM_OTHER, FACT_ICMP_FROM_CLIENT,
			  FACT_PORT_SERVED_OTHERS, FACT_INNER_LOOPBACK,
			  FACT_INNER_NONE, FACT_RULE_RST, FACT_ICMP_BY_RULE },
	.favoured_by = { FACT_RST_FOR_SYN, FACT_RST_FROM_STACK,
			 FACT_HOST_SERVES, FACT_RST_LEFT_SERVER,
			 FACT_RST_SAME_TTL, FACT_LISTENER_STRAY, FACT_ICMP_PORT,
			 FACT_UDP_REQUEST },
	.found_by = { FACT_LISTENER_MOVED, FACT_LISTENER_STRAY,
		      FACT_LISTENER_STRAYS },
	.looked_by = { FACT_SOCKETS_READ },
	.dropped_as = { FACT_DROP_NO_SOCKET },
};
