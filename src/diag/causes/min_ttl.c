#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_min_ttl = {
	.id = "min-ttl",
	.number = 66,
	.title = N_("The listener drops packets whose ttl is too low"),
	.meaning = N_("The listening socket wants a minimum ttl (IP_MINTTL, "
		      "GTSM, as routing daemons use it), and the SYN comes "
		      "from farther away or with a lower starting ttl."),
	.told_apart = N_("It looks like a DROP, but no firewall counter "
			 "moves; the kernel counts TCPMinTTLDrop. A direct "
			 "neighbour gets through."),
	.separate_by = N_("On the server: `nstat -az TcpExtTCPMinTTLDrop` "
			  "before and after one attempt, and the ttl of the "
			  "SYN in `tcpdump -nvi IF 'tcp port PORT'`."),
	.fix = N_("Allow for the number of hops in the daemon "
		  "(`ttl-security hops`), or let the other side send with "
		  "ttl 255."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_SOCKET,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED),
	.ruled_out_by = { FACT_DNAT_DEAD, FACT_SYN_NOT_ARRIVED,
			  FACT_SYN_OTHER_MAC, FACT_SYNACK_OTHER_SOURCE },
	.favoured_by = { FACT_SYN_ARRIVED },
	.found_by = { FACT_TTL_DROPPED, FACT_TTL_COUNTED },
	.looked_by = { FACT_SOCKET_QUEUES_READ },
	.proven_by = FACT_TTL_DROPPED,
	.dropped_as = { FACT_DROP_MIN_TTL },
};
