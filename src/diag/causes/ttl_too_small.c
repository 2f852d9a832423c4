#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_ttl_too_small = {
	.id = "ttl-too-small",
	.number = 114,
	.title = N_("The packets start with a ttl too small for the way"),
	.meaning = N_("The sender gives its packets a ttl (IPv6: hop limit) "
		      "that does not suffice for the number of routers, so "
		      "one on the way discards them and reports time "
		      "exceeded."),
	.told_apart = N_("With a routing loop the ttl starts at 64, 128 or "
			 "255 and the same routers repeat in traceroute. A "
			 "traceroute itself sends such packets on purpose, "
			 "which is no fault."),
	.separate_by = N_("On the client: `sysctl net.ipv4.ip_default_ttl` "
			  "and `tcpdump -vni IF 'host SERVER'`: the ttl of "
			  "the packets that leave; `iptables -t mangle "
			  "-nvL` for TTL rules."),
	.fix = N_("Set `sysctl -w net.ipv4.ip_default_ttl=64`, or remove "
		  "the TTL rule or the program's own IP_TTL option that "
		  "lowers it."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_SYSCTL,
	.shows = SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE),
	.needs = { FACT_ICMP_TTL },
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_ARP_ANSWERED,
			  FACT_SYNACK_ARRIVED, FACT_IS_LOOPBACK,
			  FACT_ICMP_FROM_TARGET, FACT_ICMP_FROM_CLIENT,
			  FACT_SYN_ARRIVED, FACT_SYNACK_RESET,
			  FACT_ACK_FOR_SYN },
	.found_by = { FACT_OWN_TTL_SMALL },
	.proven_by = FACT_OWN_TTL_SMALL,
};
