#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_bridge_nf_call_iptables = {
	.id = "bridge-nf-call-iptables",
	.number = 37,
	.title = N_("Bridged frames run into the host's iptables FORWARD "
		    "rules"),
	.meaning = N_("br_netfilter is loaded on a bridge host between the "
		      "two, so frames that are only bridged pass its "
		      "FORWARD chain and are dropped or rejected there."),
	.told_apart = N_("Client and server share a link and ARP between "
			 "them works, yet IP does not. A routed drop would "
			 "need a router between them."),
	.separate_by = N_("On the bridge host: `sysctl "
			  "net.bridge.bridge-nf-call-iptables "
			  "net.bridge.bridge-nf-call-ip6tables` says 1, and "
			  "`iptables -nvL FORWARD` counts before and after "
			  "one attempt."),
	.fix = N_("Set `sysctl net.bridge.bridge-nf-call-iptables=0` if "
		  "nothing there (Docker, Kubernetes) needs it, or accept "
		  "bridged traffic: `iptables -I FORWARD -m physdev "
		  "--physdev-is-bridged -j ACCEPT`."),
	.place = PLACE_SERVER_LINK,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_FIREWALL_RULE,
	.is_anywhere = true,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE) |
		 SYMPTOM_BIT(DATA_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_IS_LOOPBACK, FACT_SYNACK_ARRIVED,
			  FACT_SYN_ARRIVED, FACT_SYNACK_RESET, FACT_ACK_FOR_SYN,
			  FACT_ICMP_FROM_CLIENT, FACT_ICMP_LATE, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY, FACT_ICMP_TOO_BIG,
			  FACT_ICMP_LEFT_SERVER, FACT_SYNACK_OTHER_SOURCE,
			  FACT_ICMP_FROM_TARGET },
	.favoured_by = { FACT_ARP_ANSWERED, FACT_BRIDGE_FILTERED },
	.looked_by = { FACT_RULES_READ },
	.ruled_by = FACT_RULES_BRIDGED,
	.dropped_as = { FACT_DROP_RULES },
};
