#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_container_forward_drop = {
	.id = "container-forward-drop",
	.number = 29,
	.title = N_("The published port is forwarded into a FORWARD drop"),
	.meaning = N_("The host translates the port to a container, and its "
		      "FORWARD chain then drops or rejects the packets, "
		      "often since a firewall reload flushed Docker's "
		      "rules."),
	.told_apart = N_("INPUT rules do not matter here: the SYN shows on "
			 "the outer interface and never on the container's "
			 "bridge. From the host itself the container "
			 "answers."),
	.separate_by = N_("On the container host: `tcpdump -ni any 'tcp "
			  "port PORT or host CONTAINER'` to see whether the "
			  "SYN leaves on the bridge, and `iptables -nvL "
			  "FORWARD; iptables -nvL DOCKER-USER` before and "
			  "after."),
	.fix = N_("Restart the container engine so that it writes its "
		  "chains again (`systemctl restart docker`), or add the "
		  "accept to DOCKER-USER; reload the firewall before the "
		  "engine, not after it."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_SYN_NOT_ARRIVED,
			  FACT_SYN_OTHER_MAC, FACT_ICMP_FROM_OTHER,
			  FACT_ICMP_FROM_CLIENT, FACT_ICMP_LATE, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY, FACT_SYNACK_OTHER_SOURCE,
			  FACT_ICMP_BY_KERNEL },
	.favoured_by = { FACT_SYN_ARRIVED, FACT_HOST_SERVES },
	.looked_by = { FACT_RULES_READ },
	.ruled_by = FACT_RULES_CONTAINER,
	.dropped_as = { FACT_DROP_RULES },
};
