#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_neigh_table_overflow = {
	.id = "neigh-table-overflow",
	.number = 166,
	.title = N_("The neighbour (ARP) table is full"),
	.meaning = N_("The server or a router before it has more neighbours "
		      "than net.ipv4.neigh.default.gc_thresh3 allows, so it "
		      "cannot resolve a new one and drops the packets for "
		      "it."),
	.told_apart = N_("Nobody asks by ARP for the host that is missing, "
			 "unlike with a host that is down. It comes and "
			 "goes with the number of hosts on the link."),
	.separate_by = N_("On the server (and on the router before it): "
			  "`dmesg | grep 'neighbor table overflow'` and the "
			  "column table_fulls in /proc/net/stat/arp_cache "
			  "(ndisc_cache for IPv6)."),
	.fix = N_("Raise `net.ipv4.neigh.default.gc_thresh1`, `gc_thresh2` "
		  "and `gc_thresh3` (and the `net.ipv6` ones) above the "
		  "number of hosts, or make the subnet smaller; look for a "
		  "scan that fills the table."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_SYSCTL,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE) |
		 SYMPTOM_BIT(DATA_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED),
	.ruled_out_by = { FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_SYNACK_OTHER_SOURCE, FACT_SYNACK_RESET,
			  FACT_ACK_FOR_SYN, FACT_HOST_SERVES_NOW,
			  FACT_NEIGHBOUR_TABLE_ROOM, FACT_ICMP_TTL },
	.found_by = { FACT_NEIGHBOUR_TABLE_FULL },
	.dropped_as = { FACT_DROP_NEIGHBOUR },
};
