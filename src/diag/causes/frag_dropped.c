#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_frag_dropped = {
	.id = "frag-dropped",
	.number = 125,
	.title = N_("IP fragments of large datagrams are dropped on the way"),
	.meaning = N_("Datagrams that do not fit into one packet travel as "
		      "fragments, and a firewall, a NAT or a cloud network "
		      "drops these, so the whole datagram is lost."),
	.told_apart = N_("Small requests and answers work; large ones (DNS "
			 "with EDNS, IKE with certificates, RADIUS with "
			 "EAP-TLS) time out. With a port that is blocked "
			 "the small ones fail too."),
	.separate_by = N_("On both ends: `tcpdump -ni IF 'host PEER and "
			  "(udp port PORT or ip[6:2] & 0x1fff != 0)'`: the "
			  "sender sends fragments, the receiver gets only "
			  "the first or none; `nstat -az IpReasmFails`."),
	.fix = N_("Let fragments pass on the firewall of the way, or avoid "
		  "them: a smaller EDNS size (1232), IKE fragmentation, TCP "
		  "instead of UDP."),
	.place = PLACE_PATH,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(UDP_UNANSWERED) | SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_IS_LOOPBACK, FACT_ICMP_PROHIBITED,
			  FACT_ICMP_PORT, FACT_ICMP_HOST, FACT_ICMP_NET,
			  FACT_ICMP_PROTOCOL, FACT_ICMP_REJECT_ROUTE,
			  FACT_ICMP_TTL },
	.favoured_by = { FACT_ICMP_REASSEMBLY, FACT_FRAGMENTS_MISSING },
};
