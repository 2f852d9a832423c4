#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_firewall_forward_drop = {
	.id = "firewall-forward-drop",
	.number = 12,
	.title = N_("A firewall on the way drops the forwarded packets"),
	.meaning = N_("A router, container host or hypervisor between the "
		      "two discards the packets in its FORWARD rules, in "
		      "one direction or in both."),
	.told_apart = N_("A drop on the server looks the same to the "
			 "client, but then the SYN shows in the server's "
			 "own capture. Where the SYN-ACK leaves the server "
			 "and never reaches the client, the reply's "
			 "direction is filtered."),
	.separate_by = N_("On the server: `tcpdump -ni any 'tcp port PORT'` "
			  "during an attempt: no SYN means that it died "
			  "before. On the router: `iptables -nvL FORWARD` "
			  "(or `nft list ruleset`) before and after."),
	.fix = N_("On that router accept the connection in FORWARD (with "
		  "Docker: in DOCKER-USER) together with "
		  "ESTABLISHED,RELATED for the answers, and save."),
	.place = PLACE_ROUTER,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE) |
		 SYMPTOM_BIT(DATA_UNANSWERED),
	.ruled_out_by = { FACT_IS_LOOPBACK, FACT_SYNACK_ARRIVED,
			  FACT_SYN_ARRIVED, FACT_SYNACK_RESET, FACT_ACK_FOR_SYN,
			  FACT_SYNACK_OTHER_SOURCE },
	.favoured_by = { FACT_HOST_PINGS, FACT_HOST_SERVES },
	.looked_by = { FACT_RULES_READ },
	.ruled_by = FACT_RULES_FORWARD_DROP,
	.dropped_as = { FACT_DROP_RULES, FACT_DROP_RULES_REPLY },
};
