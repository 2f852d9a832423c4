#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_listener_wrong_address = {
	.id = "listener-wrong-address",
	.number = 41,
	.title = N_("The service listens on another address of the server"),
	.meaning = N_("The program has the port open, but bound to an "
		      "address other than the one that was asked: an old "
		      "one, a virtual one or that of another interface."),
	.told_apart = N_("The port answers on that other address and is "
			 "refused on this one. With no listener it is "
			 "refused on all of them."),
	.separate_by = N_("On the server: `ss -lntup 'sport = :PORT'` "
			  "against `ip -br address`: the local address is "
			  "neither the one asked nor a wildcard."),
	.fix = N_("Correct the bind address in the service's configuration "
		  "and restart it, or point the client or the DNS to the "
		  "address that is served."),
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
			 FACT_HOST_SERVES, FACT_RST_LEFT_SERVER,
			 FACT_RST_SAME_TTL, FACT_ICMP_PORT, FACT_UDP_REQUEST },
	.found_by = { FACT_LISTENER_ADDRESS },
	.looked_by = { FACT_SOCKETS_READ },
	.dropped_as = { FACT_DROP_NO_SOCKET },
};
