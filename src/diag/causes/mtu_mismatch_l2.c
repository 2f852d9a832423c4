#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_mtu_mismatch_l2 = {
	.id = "mtu-mismatch-l2",
	.number = 124,
	.title = N_("The two ends of a link disagree on the MTU"),
	.meaning = N_("On one link (jumbo frames, a VLAN or a tunnel) one "
		      "end sends frames that the other end or the switch "
		      "between does not take, and they are dropped without "
		      "any ICMP message."),
	.told_apart = N_("It looks like a path MTU black hole, but no "
			 "router is to blame: a large ping fails already "
			 "between two neighbours of the same network."),
	.separate_by = N_("On both ends of the link: `ip link show IF` "
			  "(mtu) and `ip -s -s link show IF` (errors, "
			  "length, dropped) while `ping -M do -s SIZE "
			  "NEIGHBOUR` is tried with the sizes of both."),
	.fix = N_("Give all stations and switch ports of the link the same "
		  "MTU (`ip link set IF mtu 1500`), and subtract the "
		  "overhead on tunnels."),
	.place = PLACE_SERVER_LINK,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_LINK,
	.shows = SYMPTOM_BIT(ONLY_LARGE_SEGMENTS_LOST) |
		 SYMPTOM_BIT(DATA_UNANSWERED) |
		 SYMPTOM_BIT(SILENT_AFTER_CONNECT),
	.needs_any = { FACT_LARGE_LOST, FACT_CLIENT_DATA_LOST,
		       FACT_SERVER_DATA_LOST, FACT_REQUEST_UNANSWERED },
	.ruled_out_by = { FACT_WOKEN, FACT_SMALL_LOST, FACT_IS_LOOPBACK,
			  FACT_ICMP_TOO_BIG, FACT_TOO_BIG_OBEYED,
			  FACT_CLIENT_WINDOW_ZERO, FACT_SERVER_WINDOW_ZERO,
			  FACT_SYN_ARRIVED },
	.favoured_by = { FACT_LARGE_LOST },
};
