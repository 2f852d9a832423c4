#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_syn_flood_no_cookies = {
	.id = "syn-flood-no-cookies",
	.number = 50,
	.title = N_("The SYN queue is full and SYN cookies are off"),
	.meaning = N_("More half-open connections wait than the listener's "
		      "SYN queue holds, from a flood or from lost ACKs, and "
		      "without SYN cookies new SYNs are dropped."),
	.told_apart = N_("ListenDrops counts up and ListenOverflows does "
			 "not. With a full accept queue both do."),
	.separate_by = N_("On the server: `ss -tn state syn-recv 'sport = "
			  ":PORT' | wc -l`, `sysctl net.ipv4.tcp_syncookies "
			  "net.ipv4.tcp_max_syn_backlog` and `nstat -az "
			  "TcpExtListenDrops TcpExtListenOverflows`."),
	.fix = N_("Set `sysctl net.ipv4.tcp_syncookies=1`, raise "
		  "`net.ipv4.tcp_max_syn_backlog` and the listener's "
		  "backlog, and filter the flood upstream."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_SYSCTL,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(SLOW),
	.needs_any = { FACT_SYN_SILENCE, FACT_SYNACK_LATE, FACT_CONNECT_SLOW },
	.ruled_out_by = { FACT_DNAT_DEAD, FACT_SYN_NOT_ARRIVED,
			  FACT_SYN_OTHER_MAC, FACT_SYNACK_OTHER_SOURCE },
	.favoured_by = { FACT_PORT_SERVED_BEFORE, FACT_PORT_SERVED_AFTER,
			 FACT_SYNACK_LATE },
	.found_by = { FACT_SYN_QUEUE_FULL, FACT_SYN_QUEUE_COUNTED },
	.looked_by = { FACT_SOCKET_QUEUES_READ },
	.proven_by = FACT_SYN_QUEUE_DROPPED,
	.dropped_as = { FACT_DROP_NONE, FACT_DROP_OVERFLOW },
};
