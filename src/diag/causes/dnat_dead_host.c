#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_dnat_dead_host = {
	.id = "dnat-dead-host",
	.number = 33,
	.title = N_("A port forward points to a host that is gone"),
	.meaning = N_("A DNAT rule sends the connection to an address that "
		      "no longer answers on its link, such as a removed "
		      "server or an old container."),
	.told_apart = N_("Host unreachable comes after about three seconds "
			 "and often from the very address that was asked, "
			 "which is plainly alive. With the asked host "
			 "itself down, that address would be silent."),
	.separate_by = N_("On the box that translates: `iptables -t nat "
			  "-nvL` (or `nft list ruleset`) for the target, "
			  "then `ip neigh show TARGET`: FAILED or "
			  "INCOMPLETE."),
	.fix = N_("Correct `--to-destination` (nft: `dnat to`), or bring "
		  "the target host back."),
	.place = PLACE_ROUTER,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED),
	.ruled_out_by = { FACT_DNAT_ALIVE, FACT_NO_DNAT, FACT_IS_LOOPBACK,
			  FACT_ICMP_PROHIBITED, FACT_ICMP_PORT, FACT_ICMP_NET,
			  FACT_ICMP_PROTOCOL, FACT_ICMP_REJECT_ROUTE,
			  FACT_ICMP_TTL, FACT_ICMP_REASSEMBLY,
			  FACT_ICMP_TOO_BIG, FACT_ICMP_FROM_CLIENT,
			  FACT_SYNACK_OTHER_SOURCE, FACT_SYN_ARRIVED },
	.favoured_by = { FACT_ICMP_LATE, FACT_ICMP_FROM_TARGET, FACT_HOST_PINGS,
			 FACT_CONNTRACK_NAT },
	.found_by = { FACT_DNAT_DEAD },
	.proven_by = FACT_FORWARD_STUCK,
	.dropped_as = { FACT_DROP_NEIGHBOUR, FACT_DROP_NONE },
};
