#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_udp_no_listener = {
	.id = "udp-no-listener",
	.number = 126,
	.title = N_("Nothing is bound to that UDP port"),
	.meaning = N_("No socket on the server is bound to this UDP port, "
		      "so its kernel throws the datagrams away and answers "
		      "ICMP port unreachable."),
	.told_apart = N_("A REJECT rule with its default answer sends the "
			 "same ICMP. A closed port moves the kernel's "
			 "counter Udp:NoPorts, a rule moves its own counter "
			 "and not that one. If ICMP is filtered or rate "
			 "limited, the closed port is silent too."),
	.separate_by = N_("On the server: `ss -lunp 'sport = :PORT'` shows "
			  "nothing for that port, and `nstat -az "
			  "UdpNoPorts` goes up with each datagram."),
	.fix = N_("Start the service, or make it bind to this port and to "
		  "the address that the clients use; if it moved to another "
		  "port, correct the clients."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_SOCKET,
	.shows = SYMPTOM_BIT(UDP_UNANSWERED) | SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_ICMP_PROHIBITED,
			  FACT_ICMP_HOST, FACT_ICMP_NET, FACT_ICMP_PROTOCOL,
			  FACT_ICMP_REJECT_ROUTE, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY, FACT_ICMP_FROM_OTHER,
			  FACT_ICMP_FROM_CLIENT, FACT_INNER_LOOPBACK,
			  FACT_INNER_NONE, FACT_ICMP_BY_RULE },
	.favoured_by = { FACT_ICMP_PORT },
	.found_by = { FACT_LISTENER_NONE, FACT_LISTENER_NONE_HERE,
		      FACT_LISTENER_ELSEWHERE },
	.looked_by = { FACT_SOCKETS_READ },
	.proven_by = FACT_UDP_NO_PORT,
	.dropped_as = { FACT_DROP_NO_SOCKET },
};
