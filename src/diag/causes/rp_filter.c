#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_rp_filter = {
	.id = "rp-filter",
	.number = 119,
	.title = N_("The reverse path filter drops the packets"),
	.meaning = N_("With rp_filter=1 the kernel discards packets that "
		      "come in on another interface than the one its route "
		      "back to the sender uses; this hits hosts with "
		      "several interfaces, VPNs and asymmetric routes."),
	.told_apart = N_("It looks like a firewall drop, but no rule counts "
			 "it: IPReversePathFilter does. It can also silence "
			 "ARP answers, so that the host seems down, and it "
			 "can sit on a router or on the client."),
	.separate_by = N_("On the server: `nstat -az "
			  "TcpExtIPReversePathFilter` grows with each "
			  "attempt; `ip route get CLIENT` names another "
			  "interface than `tcpdump -ni any 'tcp port PORT'` "
			  "shows; `sysctl -a | grep -w rp_filter`."),
	.fix = N_("Set `sysctl -w net.ipv4.conf.IF.rp_filter=2` (the larger "
		  "of all and IF counts) and save it in /etc/sysctl.d, or "
		  "send the replies out of the same interface by policy "
		  "routing."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_SYSCTL,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE) |
		 SYMPTOM_BIT(ARP_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.needs = { FACT_IS_V4 },
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_SYN_NOT_ARRIVED,
			  FACT_SYN_OTHER_MAC, FACT_IS_LOOPBACK,
			  FACT_ICMP_FROM_TARGET, FACT_ICMP_PROHIBITED,
			  FACT_ICMP_PORT, FACT_ICMP_NET, FACT_ICMP_PROTOCOL,
			  FACT_ICMP_TTL, FACT_ICMP_REASSEMBLY,
			  FACT_ICMP_AT_ONCE, FACT_HOST_PINGS, FACT_HOST_SERVES,
			  FACT_SYNACK_RESET, FACT_ACK_FOR_SYN,
			  FACT_SYNACK_OTHER_SOURCE, FACT_LINK_NO_CARRIER,
			  FACT_RP_FILTER_PASSES },
	.favoured_by = { FACT_SYN_ARRIVED, FACT_RP_FILTER_HERE },
	.found_by = { FACT_RP_FILTER_DROPS },
	.proven_by = FACT_RP_FILTER_COUNTED,
	.dropped_as = { FACT_DROP_RP_FILTER },
};
