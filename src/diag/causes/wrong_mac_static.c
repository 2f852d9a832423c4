#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_wrong_mac_static = {
	.id = "wrong-mac-static",
	.number = 76,
	.title = N_("A neighbour entry with a wrong MAC misdirects the "
		    "frames"),
	.meaning = N_("The client or the last router has a static or stale "
		      "neighbour entry, so the frames carry the MAC address "
		      "of another station; the server's kernel discards "
		      "what is not addressed to it."),
	.told_apart = N_("A promiscuous tcpdump on the server shows the "
			 "SYN, exactly as with a firewall drop. Only the "
			 "destination MAC in the frame (`tcpdump -e`) "
			 "differs from that of the interface."),
	.separate_by = N_("On the server: `tcpdump -eni IF 'tcp port PORT'` "
			  "and `ip link show IF`: compare the destination "
			  "MAC with the interface's own. On the client or "
			  "router: `ip neigh show SERVER` (PERMANENT?)."),
	.fix = N_("Delete the entry on the client or router (`ip neigh del "
		  "SERVER dev IF`) and remove it from its boot "
		  "configuration; after a failover send a gratuitous ARP "
		  "(`arping -U -I IF SERVER`)."),
	.place = PLACE_SERVER_LINK,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_NEIGHBOUR,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(DATA_UNANSWERED),
	.ruled_out_by = { FACT_SYNACK_OTHER_SOURCE, FACT_IS_LOOPBACK,
			  FACT_SYN_OWN_MAC, FACT_HOST_PINGS, FACT_HOST_SERVES,
			  FACT_FRAME_OURS, FACT_SYN_TAKEN },
	.favoured_by = { FACT_SYN_OTHER_MAC, FACT_SYN_ARRIVED },
	.found_by = { FACT_FRAME_NOT_OURS },
	.proven_by = FACT_FRAME_NOT_OURS,
	.dropped_as = { FACT_DROP_OTHER_HOST },
};
