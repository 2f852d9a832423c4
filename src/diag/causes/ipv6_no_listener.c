#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_ipv6_no_listener = {
	.id = "ipv6-no-listener",
	.number = 46,
	.title = N_("The name has an IPv6 address, but only IPv4 is served"),
	.meaning = N_("The client tries the IPv6 address first and is "
		      "refused there, because the service listens on IPv4 "
		      "only."),
	.told_apart = N_("Over IPv4 the same name and port work. Clients "
			 "that fall back to IPv4 hardly notice; programs "
			 "that try only the first address fail."),
	.separate_by = N_("On the server: `ss -6lntp 'sport = :PORT'` shows "
			  "nothing and `ss -4lntp 'sport = :PORT'` shows "
			  "the listener."),
	.fix = N_("Let the service listen on [::] too, or take the AAAA "
		  "record (for localhost: the ::1 line of /etc/hosts) away."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_SOCKET,
	.shows = SYMPTOM_BIT(REFUSED_BY_RST) | SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.needs = { FACT_IS_V6 },
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_ICMP_PROHIBITED,
			  FACT_ICMP_HOST, FACT_ICMP_NET, FACT_ICMP_PROTOCOL,
			  FACT_ICMP_REJECT_ROUTE, FACT_ICMP_TTL,
			  FACT_ICMP_FROM_OTHER, FACT_ICMP_FROM_CLIENT,
			  FACT_PORT_SERVED_OTHERS, FACT_INNER_LOOPBACK,
			  FACT_INNER_NONE, FACT_RULE_RST, FACT_ICMP_BY_RULE },
	.favoured_by = { FACT_RST_FOR_SYN, FACT_RST_FROM_STACK,
			 FACT_HOST_SERVES, FACT_HAS_NAME,
			 FACT_RST_LEFT_SERVER },
	.found_by = { FACT_LISTENER_V4ONLY },
	.looked_by = { FACT_SOCKETS_READ },
	.dropped_as = { FACT_DROP_NO_SOCKET },
};
