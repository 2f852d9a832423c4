#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_subnet_overlap = {
	.id = "subnet-overlap",
	.number = 118,
	.title = N_("A network on the server overlaps that of the client"),
	.meaning = N_("A bridge or tunnel of the server (docker0, a compose "
		      "network, libvirt, a VPN) uses the client's address "
		      "range, so the replies go there instead of to the "
		      "client."),
	.told_apart = N_("Only clients from that range fail, everybody else "
			 "is served. With a missing route nothing is asked "
			 "for; here the server asks for the client on the "
			 "bridge, or the SYN-ACK goes into the tunnel."),
	.separate_by = N_("On the server: `ip route get CLIENT` names a "
			  "bridge or tunnel (docker0, br-..., virbr0, tun0, "
			  "wg0) instead of the interface on which the SYN "
			  "arrives (`tcpdump -ni any 'tcp port PORT'`)."),
	.fix = N_("Give the bridge another range (Docker: `bip` and "
		  "`default-address-pools` in /etc/docker/daemon.json, then "
		  "recreate the networks), or add a more specific route to "
		  "the client."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_ROUTE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE) |
		 SYMPTOM_BIT(ARP_UNANSWERED) | SYMPTOM_BIT(DATA_UNANSWERED),
	.needs_any = { FACT_SYN_SEEN, FACT_SYNACK_SEEN, FACT_UDP_REQUEST,
		       FACT_CLIENT_DATA_LOST, FACT_SERVER_DATA_LOST,
		       FACT_AT_SERVER },
	.ruled_out_by = { FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_IS_LOOPBACK, FACT_SYNACK_ARRIVED,
			  FACT_HOST_PINGS, FACT_HOST_SERVES, FACT_SYNACK_RESET,
			  FACT_ACK_FOR_SYN, FACT_ICMP_FROM_CLIENT,
			  FACT_SYNACK_OTHER_SOURCE, FACT_GATEWAY_SILENT,
			  FACT_LINK_NO_CARRIER, FACT_ANSWER_WOULD_LEAVE,
			  FACT_ROUTE_BACK_NONE, FACT_ROUTE_BACK_REFUSED,
			  FACT_POLICY_RULE_BACK, FACT_REPLY_ONLINK,
			  FACT_REPLY_GATEWAY },
	.favoured_by = { FACT_SYN_ARRIVED, FACT_PORT_SERVED_OTHERS },
	.found_by = { FACT_REPLY_OVERLAP },
	.proven_by = FACT_REPLY_STUCK,
	.dropped_as = { FACT_DROP_NEIGHBOUR, FACT_DROP_NONE },
};
