#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_checksum_bad = {
	.id = "checksum-bad",
	.number = 131,
	.title = N_("The segments arrive with a wrong TCP checksum"),
	.meaning = N_("Something between the two stacks (a broken NAT, a "
		      "network card's or hypervisor's checksum offload) "
		      "damages the TCP checksum, and the receiving kernel "
		      "drops the segment silently."),
	.told_apart = N_("It looks like a DROP, but no firewall counter "
			 "moves; Tcp:InCsumErrors does. A capture on the "
			 "sending host, or on a virtual link, shows wrong "
			 "checksums for healthy packets too, because the "
			 "card fills them in later."),
	.separate_by = N_("On the server: `nstat -az TcpInCsumErrors` "
			  "before and after one attempt, and `tcpdump -nvvi "
			  "IF 'tcp port PORT and src host CLIENT'` on the "
			  "physical interface shows `incorrect` for what "
			  "arrives."),
	.fix = N_("Switch the offload off on the sending side (`ethtool -K "
		  "IF tx off`), update the driver or hypervisor, or repair "
		  "the NAT that rewrites the packets."),
	.place = PLACE_PATH,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_LINK,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE) |
		 SYMPTOM_BIT(UDP_UNANSWERED),
	.ruled_out_by = { FACT_SYNACK_OTHER_SOURCE, FACT_IS_LOOPBACK,
			  FACT_SYNACK_ARRIVED, FACT_SYN_CHECKSUM_GOOD,
			  FACT_HOST_SERVES, FACT_SYNACK_RESET, FACT_ACK_FOR_SYN,
			  FACT_CHECKSUM_QUIET },
	.favoured_by = { FACT_SYN_CHECKSUM_BAD, FACT_CHECKSUM_COUNTED },
	.found_by = { FACT_CHECKSUM_COUNTED },
	.proven_by = FACT_CHECKSUM_COUNTED,
	.dropped_as = { FACT_DROP_CHECKSUM },
};
