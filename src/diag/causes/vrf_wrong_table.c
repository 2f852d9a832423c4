#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_vrf_wrong_table = {
	.id = "vrf-wrong-table",
	.number = 175,
	.title = N_("The listener is not in the VRF that the SYN came in by"),
	.meaning = N_("The packet arrived on an interface that belongs to a "
		      "VRF, and the service listens in another VRF or in "
		      "none, so the kernel finds no listener and answers "
		      "with a RST."),
	.told_apart = N_("The service does listen, and locally or over "
			 "another interface it answers; only connections "
			 "through the VRF's interfaces are refused."),
	.separate_by = N_("On the server: `ip -d link show IF` names the "
			  "VRF of the incoming interface, and `ss -ltnp "
			  "'sport = :PORT'` the device that the listener is "
			  "bound to."),
	.fix = N_("Start the service in that VRF (`ip vrf exec VRF "
		  "COMMAND`), or let listeners without a VRF serve all of "
		  "them: `net.ipv4.tcp_l3mdev_accept=1` and "
		  "`net.ipv4.udp_l3mdev_accept=1`."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_SYSCTL,
	.shows = SYMPTOM_BIT(REFUSED_BY_RST) | SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_ICMP_PROHIBITED,
			  FACT_ICMP_HOST, FACT_ICMP_NET, FACT_ICMP_PROTOCOL,
			  FACT_ICMP_REJECT_ROUTE, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY, FACT_ICMP_FROM_OTHER,
			  FACT_ICMP_FROM_CLIENT, FACT_NO_VRF, FACT_RULE_RST,
			  FACT_ICMP_BY_RULE },
	.favoured_by = { FACT_RST_FOR_SYN, FACT_RST_FROM_STACK,
			 FACT_HOST_SERVES, FACT_RST_LEFT_SERVER, FACT_IN_VRF },
	.dropped_as = { FACT_DROP_NO_SOCKET },
};
