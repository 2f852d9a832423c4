#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_timewait_paws = {
	.id = "timewait-paws",
	.number = 136,
	.title = N_("The SYN's timestamp is older than the last "
		    "connection's"),
	.meaning = N_("The SYN meets a connection in TIME_WAIT and carries "
		      "a TCP timestamp that went back, as happens when "
		      "several hosts share an address behind a NAT; the "
		      "server discards it or answers with a bare ACK."),
	.told_apart = N_("It strikes now and then and only some clients "
			 "behind one address. A firewall drop is not tied "
			 "to timestamps; switching them off at the client "
			 "makes this one disappear."),
	.separate_by = N_("On the server: `nstat -az | grep -i PAWS` before "
			  "and after a failing attempt; a counter such as "
			  "TcpExtPAWSTimewait that moves decides it."),
	.fix = N_("Update the server's kernel and leave "
		  "`net.ipv4.tcp_tw_recycle` off where it still exists; let "
		  "the NAT use more source ports or addresses, or set "
		  "`net.ipv4.tcp_timestamps=0` on the clients for the time "
		  "being."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_SOCKET,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE) | SYMPTOM_BIT(SLOW),
	.needs_any = { FACT_ACK_FOR_SYN, FACT_SYN_SILENCE, FACT_SYNACK_LATE },
	.ruled_out_by = { FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_SYNACK_OTHER_SOURCE, FACT_SYN_NO_TIMESTAMP,
			  FACT_SYNACK_UNANSWERED, FACT_SYNACK_IGNORED,
			  FACT_SYNACK_RESET },
	.favoured_by = { FACT_PORT_SERVED_OTHERS },
	.found_by = { FACT_TIMEWAIT_REFUSED },
	.looked_by = { FACT_TIMEWAIT_QUIET },
	.proven_by = FACT_TIMEWAIT_REFUSED,
	.dropped_as = { FACT_DROP_PAWS, FACT_DROP_NONE },
};
