#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_vlan_mismatch = {
	.id = "vlan-mismatch",
	.number = 78,
	.title = N_("A port is in the wrong VLAN, or the VLAN tag is "
		    "missing"),
	.meaning = N_("The server and its gateway or client are not in the "
		      "same VLAN, or one side sends tagged frames and the "
		      "other expects untagged ones, so not even ARP gets "
		      "across."),
	.told_apart = N_("It looks like a host that is down, but the server "
			 "is up and has link. No broadcast of its network "
			 "reaches it, or the ARP requests arrive with a tag "
			 "that no interface takes."),
	.separate_by = N_("On the server: `tcpdump -eni IF arp` on the "
			  "device itself, not `-i any`: nothing, or "
			  "requests marked `vlan N`; compare with `ip -d "
			  "link show` and with the switch port's VLAN "
			  "(`bridge vlan show`)."),
	.fix = N_("Put the switch port into the right VLAN (PVID, tagged or "
		  "untagged), or create the VLAN interface on the server "
		  "(`ip link add link IF name IF.N type vlan id N`)."),
	.place = PLACE_SERVER_LINK,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_LINK,
	.shows = SYMPTOM_BIT(REFUSED_BY_ICMP) | SYMPTOM_BIT(SYN_UNANSWERED) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_UNANSWERED) | SYMPTOM_BIT(ARP_UNANSWERED),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_SYNACK_OTHER_SOURCE,
			  FACT_IS_LOOPBACK, FACT_ICMP_FROM_TARGET,
			  FACT_ICMP_PROHIBITED, FACT_ICMP_PORT, FACT_ICMP_NET,
			  FACT_ICMP_PROTOCOL, FACT_ICMP_REJECT_ROUTE,
			  FACT_ICMP_TTL, FACT_ICMP_REASSEMBLY,
			  FACT_ICMP_AT_ONCE, FACT_HOST_PINGS, FACT_HOST_SERVES,
			  FACT_SYN_ARRIVED, FACT_PORT_SERVED_OTHERS,
			  FACT_HOST_ON_LINK, FACT_LINK_NO_CARRIER,
			  FACT_FRAME_UNTAGGED },
	.favoured_by = { FACT_ARP_SILENCE },
	.found_by = { FACT_VLAN_UNKNOWN },
};
