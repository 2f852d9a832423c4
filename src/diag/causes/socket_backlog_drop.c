#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_socket_backlog_drop = {
	.id = "socket-backlog-drop",
	.number = 168,
	.title = N_("The server runs out of socket memory"),
	.meaning = N_("The TCP or UDP memory limit or a socket's backlog is "
		      "used up, so the kernel drops what arrives and closes "
		      "windows, although the path is fine."),
	.told_apart = N_("The segments arrive in the server's capture, so "
			 "nothing is lost on the way, and no firewall "
			 "counter moves. It comes with load and goes with "
			 "it."),
	.separate_by = N_("On the server: `nstat -az TcpExtTCPBacklogDrop "
			  "TcpExtTCPMemoryPressures TcpExtPruneCalled`, "
			  "`cat /proc/net/sockstat` against `sysctl "
			  "net.ipv4.tcp_mem`, and `dmesg | grep 'consider "
			  "tuning tcp_mem'`."),
	.fix = N_("Raise `net.ipv4.tcp_mem` (or `net.ipv4.udp_mem`) and "
		  "look for the program that keeps data unread or leaves "
		  "orphaned sockets (`ss -tm`)."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_SYSCTL,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(DATA_UNANSWERED) |
		 SYMPTOM_BIT(PEER_WINDOW_ZERO) | SYMPTOM_BIT(SLOW) |
		 SYMPTOM_BIT(LOSSY) | SYMPTOM_BIT(UDP_UNANSWERED),
	.ruled_out_by = { FACT_DNAT_DEAD, FACT_SYN_NOT_ARRIVED,
			  FACT_SYN_OTHER_MAC, FACT_SYNACK_OTHER_SOURCE,
			  FACT_PING_LOST, FACT_CLIENT_WINDOW_ZERO },
	.found_by = { FACT_SOCKET_ROOM_DROPPED, FACT_SOCKET_ROOM_COUNTED },
	.looked_by = { FACT_SOCKET_QUEUES_READ },
	.dropped_as = { FACT_DROP_BACKLOG, FACT_DROP_NONE },
};
