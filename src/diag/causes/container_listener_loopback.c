#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_container_listener_loopback = {
	.id = "container-listener-loopback",
	.number = 30,
	.title = N_("In the container the service listens on 127.0.0.1 only"),
	.meaning = N_("The port is published to the container, but the "
		      "program inside listens on the container's own "
		      "loopback address, so the forwarded connection is "
		      "refused."),
	.told_apart = N_("The host has the published port open and `curl` "
			 "inside the container works. With docker-proxy in "
			 "between, the connection is made first and then "
			 "closed or reset."),
	.separate_by = N_("On the container host: `docker exec CONTAINER ss "
			  "-ltnp` (or `nsenter -t PID -n ss -ltnp`): the "
			  "port stands at 127.0.0.1."),
	.fix = N_("Let the program inside the container listen on 0.0.0.0 "
		  "(its bind, host or listen setting) and restart it."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_SOCKET,
	.shows = SYMPTOM_BIT(REFUSED_BY_RST) |
		 SYMPTOM_BIT(RESET_AFTER_CONNECT) |
		 SYMPTOM_BIT(CLOSED_AFTER_CONNECT) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.needs_any = { FACT_RST_FOR_SYN, FACT_SERVER_CLOSED_FIRST,
		       FACT_RST_BEFORE_DATA, FACT_ICMP_PORT },
	.ruled_out_by = { FACT_NO_DNAT, FACT_ICMP_TOO_BIG,
			  FACT_CLIENT_RST_AT_ONCE, FACT_ICMP_PROHIBITED,
			  FACT_ICMP_HOST, FACT_ICMP_NET, FACT_ICMP_PROTOCOL,
			  FACT_ICMP_REJECT_ROUTE, FACT_ICMP_TTL,
			  FACT_ICMP_FROM_OTHER, FACT_ICMP_FROM_CLIENT,
			  FACT_SERVER_DATA, FACT_PORT_SERVED_OTHERS,
			  FACT_CLOSED_AFTER_5S },
	.favoured_by = { FACT_HOST_SERVES },
	.found_by = { FACT_INNER_LOOPBACK },
	.looked_by = { FACT_INNER_HERE, FACT_INNER_NONE },
};
