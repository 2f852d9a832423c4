#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_socket_filter_drop = {
	.id = "socket-filter-drop",
	.number = 67,
	.title = N_("A filter on the listening socket drops the packets"),
	.meaning = N_("The program (or a security agent) attached a BPF "
		      "filter to the listening socket, and the filter "
		      "discards the packets of this client."),
	.told_apart = N_("It looks like a DROP, but no firewall counter "
			 "moves and Tcp:InSegs does. The kernel's drop "
			 "reason is the same as for IPAddressDeny= of a "
			 "systemd unit."),
	.separate_by = N_("On the server: `ss -lntb 'sport = :PORT'` shows "
			  "a bpf filter on the socket; without one look at "
			  "`systemctl show UNIT -p IPAddressDeny` and "
			  "`bpftool cgroup tree`."),
	.fix = N_("Correct the filter in the program or agent that attached "
		  "it, or restart the service without it."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_SOCKET,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED),
	.ruled_out_by = { FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_SYNACK_OTHER_SOURCE, FACT_SOCKET_FILTER_NONE,
			  FACT_SYN_TAKEN, FACT_DNAT_DEAD },
	.favoured_by = { FACT_SYN_ARRIVED, FACT_SOCKET_FILTER_SOME },
	.found_by = { FACT_SOCKET_FILTER_NOTHING, FACT_SOCKET_FILTER_DROPPED },
	.looked_by = { FACT_SOCKET_FILTER_NONE },
	.dropped_as = { FACT_DROP_SOCKET_FILTER },
};
