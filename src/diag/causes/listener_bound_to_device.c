#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_listener_bound_to_device = {
	.id = "listener-bound-to-device",
	.number = 48,
	.title = N_("The listening socket is bound to another interface"),
	.meaning = N_("The program bound its socket to one device "
		      "(SO_BINDTODEVICE, BindToDevice=, a VRF), and the "
		      "connection comes in by another."),
	.told_apart = N_("The socket list shows the port open on the "
			 "wildcard address and it is still refused. The "
			 "device stands behind the address, after a percent "
			 "sign."),
	.separate_by = N_("On the server: `ss -lntp 'sport = :PORT'` shows "
			  "a device behind the local address; `tcpdump -ni "
			  "any 'tcp port PORT'` shows on which interface "
			  "the SYN arrives."),
	.fix = N_("Take the binding away or correct it (BindToDevice= in "
		  "the socket unit, interface= in dnsmasq), and restart the "
		  "service; for a VRF run it in the right one (`ip vrf "
		  "exec`)."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_SOCKET,
	.shows = SYMPTOM_BIT(REFUSED_BY_RST) | SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_ICMP_PROHIBITED,
			  FACT_ICMP_HOST, FACT_ICMP_NET, FACT_ICMP_PROTOCOL,
			  FACT_ICMP_REJECT_ROUTE, FACT_ICMP_TTL,
			  FACT_ICMP_FROM_OTHER, FACT_ICMP_FROM_CLIENT,
			  FACT_INNER_LOOPBACK, FACT_INNER_NONE, FACT_RULE_RST,
			  FACT_ICMP_BY_RULE },
	.favoured_by = { FACT_RST_FOR_SYN, FACT_RST_FROM_STACK,
			 FACT_HOST_SERVES, FACT_RST_LEFT_SERVER },
	.found_by = { FACT_LISTENER_DEVICE },
	.looked_by = { FACT_SOCKETS_READ },
	.dropped_as = { FACT_DROP_NO_SOCKET },
};
