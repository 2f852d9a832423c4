#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_server_link_down = {
	.id = "server-link-down",
	.number = 82,
	.title = N_("The server's network link is down"),
	.meaning = N_("The server runs, but its interface is down or has no "
		      "carrier: a pulled cable, a dead port or transceiver, "
		      "or an interface that was not brought up."),
	.told_apart = N_("From outside it is the same as a host that is "
			 "switched off; the console still works, and there "
			 "the interface shows NO-CARRIER or DOWN."),
	.separate_by = N_("On the server's console: `ip -br link` and `cat "
			  "/sys/class/net/IF/carrier`; `dmesg | grep -i "
			  "link` tells when it went."),
	.fix = N_("Plug in or replace the cable, enable the switch port, or "
		  "`ip link set IF up` and see to it that it comes up at "
		  "boot."),
	.place = PLACE_SERVER_LINK,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_LINK,
	.shows = SYMPTOM_BIT(REFUSED_BY_ICMP) | SYMPTOM_BIT(SYN_UNANSWERED) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_UNANSWERED) | SYMPTOM_BIT(ARP_UNANSWERED) |
		 SYMPTOM_BIT(DATA_UNANSWERED),
	.ruled_out_by = { FACT_ICMP_TOO_BIG,       FACT_SYNACK_OTHER_SOURCE,
			  FACT_IS_LOOPBACK,        FACT_ICMP_FROM_TARGET,
			  FACT_ICMP_PROHIBITED,    FACT_ICMP_PORT,
			  FACT_ICMP_NET,           FACT_ICMP_PROTOCOL,
			  FACT_ICMP_REJECT_ROUTE,  FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY,    FACT_ICMP_AT_ONCE,
			  FACT_HOST_PINGS,         FACT_HOST_SERVES,
			  FACT_SYN_ARRIVED,        FACT_SERVER_DATA_LOST,
			  FACT_PORT_SERVED_OTHERS, FACT_GATEWAY_SILENT,
			  FACT_HOST_ON_LINK,       FACT_SERVER_LINK_UP },
	.favoured_by = { FACT_ICMP_LATE, FACT_ARP_SILENCE },
	.found_by = { FACT_SERVER_LINK_DOWN },
};
