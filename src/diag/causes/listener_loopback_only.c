#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_listener_loopback_only = {
	.id = "listener-loopback-only",
	.number = 40,
	.title = N_("The service listens on loopback only"),
	.meaning = N_("The program has the port open on 127.0.0.1 or ::1, "
		      "so connections from other hosts are refused."),
	.told_apart = N_("On the server itself the service works, from "
			 "every other host it is refused. With no listener "
			 "it fails on the server too."),
	.separate_by = N_("On the server: `ss -lntup 'sport = :PORT'` shows "
			  "127.0.0.1 or [::1] and no other address."),
	.fix = N_("Let it listen on the right address (bind-address in "
		  "MySQL, bind in Redis, listen_addresses in PostgreSQL, "
		  "GatewayPorts for ssh forwards), restart it, and filter "
		  "who may come."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_SOCKET,
	.shows = SYMPTOM_BIT(REFUSED_BY_RST) | SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_IS_LOOPBACK,
			  FACT_ICMP_PROHIBITED, FACT_ICMP_HOST, FACT_ICMP_NET,
			  FACT_ICMP_PROTOCOL, FACT_ICMP_REJECT_ROUTE,
			  FACT_ICMP_TTL, FACT_ICMP_FROM_OTHER,
			  FACT_ICMP_FROM_CLIENT, FACT_PORT_SERVED_OTHERS,
			  FACT_INNER_LOOPBACK, FACT_INNER_NONE, FACT_RULE_RST,
			  FACT_ICMP_BY_RULE },
	.favoured_by = { FACT_RST_FOR_SYN, FACT_RST_FROM_STACK,
			 FACT_HOST_SERVES, FACT_RST_LEFT_SERVER,
			 FACT_RST_SAME_TTL, FACT_ICMP_PORT, FACT_UDP_REQUEST },
	.found_by = { FACT_LISTENER_LOOPBACK },
	.looked_by = { FACT_SOCKETS_READ },
	.dropped_as = { FACT_DROP_NO_SOCKET },
};
