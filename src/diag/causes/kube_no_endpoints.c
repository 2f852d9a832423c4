#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_kube_no_endpoints = {
	.id = "kube-no-endpoints",
	.number = 31,
	.title = N_("The Kubernetes Service has no ready endpoints"),
	.meaning = N_("The Service exists but no ready pod stands behind "
		      "it, so the node rejects the connection, or drops it "
		      "where the traffic policy is Local."),
	.told_apart = N_("It looks like a reject by the node's firewall. "
			 "The rejecting rule's comment says \"has no "
			 "endpoints\" and names the Service."),
	.separate_by = N_("On the node: `iptables-save | grep 'has no "
			  "endpoints'` (or `nft list ruleset | grep "
			  "no-endpoint`), and anywhere `kubectl get "
			  "endpointslices -A`."),
	.fix = N_("Bring up the pods or correct the Service's selector, "
		  "port or readiness probe until `kubectl get "
		  "endpointslices` lists addresses."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(REFUSED_BY_ICMP) | SYMPTOM_BIT(REFUSED_BY_RST) |
		 SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_SYN_NOT_ARRIVED,
			  FACT_SYN_OTHER_MAC, FACT_ICMP_PROHIBITED,
			  FACT_ICMP_HOST, FACT_ICMP_NET, FACT_ICMP_PROTOCOL,
			  FACT_ICMP_REJECT_ROUTE, FACT_ICMP_FROM_OTHER,
			  FACT_ICMP_FROM_CLIENT, FACT_ICMP_LATE, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY, FACT_RST_FROM_STACK,
			  FACT_SYNACK_OTHER_SOURCE, FACT_KERNEL_RST,
			  FACT_ICMP_BY_KERNEL },
	.favoured_by = { FACT_ICMP_PORT },
	.looked_by = { FACT_RULES_READ },
	.ruled_by = FACT_RULES_KUBE,
	.dropped_as = { FACT_DROP_RULES },
};
