#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_nic_ring_drop = {
	.id = "nic-ring-drop",
	.number = 169,
	.title = N_("The server's network card or softirq queue overflows"),
	.meaning = N_("Packets arrive faster than the kernel takes them "
		      "from the card's ring or from the per-CPU backlog, so "
		      "some are dropped before any rule or capture sees "
		      "them."),
	.told_apart = N_("It looks like loss on the line; here the counters "
			 "of the card or of the softirq move and those of "
			 "the line (CRC, symbol errors) do not. It comes "
			 "with load."),
	.separate_by = N_("On the server: `ethtool -S IF | grep -iE "
			  "'miss|drop|fifo|no_buf'`, `ip -s link show IF`, "
			  "and the second column of /proc/net/softnet_stat, "
			  "before and after."),
	.fix = N_("Enlarge the ring (`ethtool -G IF rx N`), spread the load "
		  "over several CPUs (RSS, RPS, irqbalance), and raise "
		  "`net.core.netdev_max_backlog` and "
		  "`net.core.netdev_budget`."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_LINK,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE) |
		 SYMPTOM_BIT(DATA_UNANSWERED) | SYMPTOM_BIT(SLOW) |
		 SYMPTOM_BIT(LOSSY) | SYMPTOM_BIT(UDP_UNANSWERED),
	.ruled_out_by = { FACT_SYN_OTHER_MAC, FACT_SYNACK_OTHER_SOURCE,
			  FACT_SYNACK_ARRIVED, FACT_IS_LOOPBACK,
			  FACT_SYN_ARRIVED, FACT_SYNACK_RESET, FACT_ACK_FOR_SYN,
			  FACT_NIC_MISSES_NONE },
	.favoured_by = { FACT_NIC_MISSES },
};
