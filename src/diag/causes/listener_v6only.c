#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_listener_v6only = {
	.id = "listener-v6only",
	.number = 45,
	.title = N_("The service listens on IPv6 only"),
	.meaning = N_("The listening socket is [::] with IPV6_V6ONLY set "
		      "(or `net.ipv6.bindv6only=1`), so IPv4 connections "
		      "are refused."),
	.told_apart = N_("Over IPv6 the same port answers. A [::] socket "
			 "without that flag would take IPv4 too."),
	.separate_by = N_("On the server: `ss -lntpe 'sport = :PORT'`: a "
			  "[::] line with `v6only:1` and no line for "
			  "0.0.0.0."),
	.fix = N_("Add an IPv4 listener (nginx: `listen PORT;` beside "
		  "`listen [::]:PORT;`), or clear v6only in the service's "
		  "configuration, and restart it."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_SOCKET,
	.shows = SYMPTOM_BIT(REFUSED_BY_RST) | SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.needs = { FACT_IS_V4 },
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_ICMP_PROHIBITED,
			  FACT_ICMP_HOST, FACT_ICMP_NET, FACT_ICMP_PROTOCOL,
			  FACT_ICMP_REJECT_ROUTE, FACT_ICMP_TTL,
			  FACT_ICMP_FROM_OTHER, FACT_ICMP_FROM_CLIENT,
			  FACT_PORT_SERVED_OTHERS, FACT_INNER_LOOPBACK,
			  FACT_INNER_NONE },
	.favoured_by = { FACT_HOST_SERVES, FACT_RST_LEFT_SERVER },
	.found_by = { FACT_LISTENER_V6ONLY },
	.looked_by = { FACT_SOCKETS_READ },
	.dropped_as = { FACT_DROP_NO_SOCKET },
};
