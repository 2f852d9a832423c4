#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_firewall_cloud_security_group = {
	.id = "firewall-cloud-security-group",
	.number = 159,
	.title = N_("A cloud or provider firewall drops the packets"),
	.meaning = N_("A security group, network ACL, provider's filter or "
		      "home router before the server discards the packets; "
		      "the server itself never sees them."),
	.told_apart = N_("A drop by the server's own rules shows the SYN in "
			 "the server's capture; here it does not arrive, "
			 "while ping or other ports of the same client do. "
			 "A drop on a router of your own looks the same and "
			 "has a rule counter you can read."),
	.separate_by = N_("On the server: `tcpdump -ni any 'tcp port PORT "
			  "and host CLIENT'`; if nothing arrives, on the "
			  "client `tcptraceroute SERVER PORT`: the last hop "
			  "that answers stands before the filter. Then read "
			  "the inbound rules in the provider's console."),
	.fix = N_("Allow the port from the client's address in the "
		  "provider's console (security group and network ACL, the "
		  "ACL in both directions), or add the port forwarding on "
		  "the home router."),
	.place = PLACE_PATH,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE) |
		 SYMPTOM_BIT(UDP_UNANSWERED),
	.ruled_out_by = { FACT_SYNACK_OTHER_SOURCE, FACT_IS_LOOPBACK,
			  FACT_SYNACK_ARRIVED, FACT_SYN_ARRIVED,
			  FACT_SYNACK_RESET, FACT_ACK_FOR_SYN },
	.favoured_by = { FACT_HOST_PINGS, FACT_HOST_SERVES },
};
