#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_bridge_port_isolated = {
	.id = "bridge-port-isolated",
	.number = 80,
	.title = N_("The ports of client and server are isolated from each "
		    "other"),
	.meaning = N_("A private VLAN, the isolated flag of a bridge, or a "
		      "wireless access point's client isolation keeps two "
		      "stations of one network from seeing each other."),
	.told_apart = N_("Both sides reach the gateway and other stations, "
			 "only not each other; ARP between them stays "
			 "unanswered as if the host were down."),
	.separate_by = N_("On the bridge host: `bridge -d link show` "
			  "(isolated on for both ports); on a switch or "
			  "access point: private VLAN, protected port, "
			  "client isolation. Both ends: `ping` the gateway."),
	.fix = N_("Take the isolation off one of the two ports (`bridge "
		  "link set dev PORT_DEVICE isolated off`), or route "
		  "between them through the gateway."),
	.place = PLACE_SERVER_LINK,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_LINK,
	.shows = SYMPTOM_BIT(REFUSED_BY_ICMP) | SYMPTOM_BIT(SYN_UNANSWERED) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_UNANSWERED) | SYMPTOM_BIT(ARP_UNANSWERED),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_SYNACK_OTHER_SOURCE,
			  FACT_IS_LOOPBACK, FACT_ICMP_FROM_TARGET,
			  FACT_ICMP_PROHIBITED, FACT_ICMP_PORT, FACT_ICMP_NET,
			  FACT_ICMP_PROTOCOL, FACT_ICMP_REJECT_ROUTE,
			  FACT_ICMP_TTL, FACT_ICMP_REASSEMBLY,
			  FACT_ICMP_AT_ONCE, FACT_HOST_PINGS, FACT_HOST_SERVES,
			  FACT_SYN_ARRIVED, FACT_HOST_ON_LINK,
			  FACT_LINK_NO_CARRIER },
	.favoured_by = { FACT_PORT_SERVED_OTHERS },
};
