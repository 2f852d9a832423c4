#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_switch_fdb_wrong = {
	.id = "switch-fdb-wrong",
	.number = 81,
	.title = N_("A switch sends the server's frames out of another port"),
	.meaning = N_("The forwarding table of a bridge or switch has the "
		      "server's MAC address on the wrong port: a static "
		      "entry, a guest that moved, or a poisoned table. "
		      "Broadcasts arrive, unicast frames do not."),
	.told_apart = N_("ARP works, since requests are broadcast, and the "
			 "SYN still never reaches the server. With a wrong "
			 "neighbour entry the destination MAC is wrong; "
			 "here it is right and the port is not."),
	.separate_by = N_("On the bridge host: `bridge fdb show | grep -i "
			  "MAC` (on a switch: its MAC table): is the port "
			  "the one the server hangs on? On the server: "
			  "`tcpdump -eni IF` shows ARP requests but no SYN."),
	.fix = N_("Delete the entry (`bridge fdb del MAC dev PORT_DEVICE "
		  "master`) or clear the switch's table, and let the server "
		  "send a frame (`arping -U -I IF SERVER`)."),
	.place = PLACE_SERVER_LINK,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_LINK,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(DATA_UNANSWERED),
	.ruled_out_by = { FACT_SYNACK_OTHER_SOURCE, FACT_IS_LOOPBACK,
			  FACT_SYN_OWN_MAC, FACT_HOST_PINGS, FACT_HOST_SERVES,
			  FACT_FRAME_OURS, FACT_FRAME_NOT_OURS,
			  FACT_SYN_TAKEN },
};
