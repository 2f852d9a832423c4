#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_bridge_port_blocking = {
	.id = "bridge-port-blocking",
	.number = 79,
	.title = N_("A bridge or switch port is blocked by spanning tree"),
	.meaning = N_("The port to the server is in the state blocking, "
		      "listening or learning, and forwards nothing: for "
		      "some 30 seconds after the link came up, or for as "
		      "long as a loop exists."),
	.told_apart = N_("It looks like a host that is down, with link up "
			 "on both ends. If it heals by itself half a minute "
			 "after a link or guest came up, it is the forward "
			 "delay."),
	.separate_by = N_("On the bridge host: `bridge link show` (the "
			  "state of the port) and `bridge -d link show`; on "
			  "a switch: its spanning tree table for that port."),
	.fix = N_("Set the edge port to portfast (Linux, where no loop can "
		  "be: `ip link set BRIDGE type bridge stp_state 0 "
		  "forward_delay 0`), or remove the loop."),
	.place = PLACE_SERVER_LINK,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_LINK,
	.shows = SYMPTOM_BIT(REFUSED_BY_ICMP) | SYMPTOM_BIT(SYN_UNANSWERED) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_UNANSWERED) | SYMPTOM_BIT(ARP_UNANSWERED) |
		 SYMPTOM_BIT(DATA_UNANSWERED),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_SYNACK_OTHER_SOURCE,
			  FACT_IS_LOOPBACK, FACT_ICMP_FROM_TARGET,
			  FACT_ICMP_PROHIBITED, FACT_ICMP_PORT, FACT_ICMP_NET,
			  FACT_ICMP_PROTOCOL, FACT_ICMP_REJECT_ROUTE,
			  FACT_ICMP_TTL, FACT_ICMP_REASSEMBLY,
			  FACT_ICMP_AT_ONCE, FACT_HOST_PINGS, FACT_HOST_SERVES,
			  FACT_SYN_ARRIVED, FACT_PORT_SERVED_OTHERS,
			  FACT_HOST_ON_LINK, FACT_LINK_NO_CARRIER },
	.favoured_by = { FACT_PORT_SERVED_AFTER },
	.found_by = { FACT_BRIDGE_PORT_BLOCKED },
	.proven_by = FACT_BRIDGE_PORT_MET,
};
