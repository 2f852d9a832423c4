#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_ftp_passive_blocked = {
	.id = "ftp-passive-blocked",
	.number = 157,
	.title = N_("FTP's passive data port is blocked"),
	.meaning = N_("The FTP control connection works, but the high port "
		      "that the server named for the data (reply 227 or "
		      "229) is dropped or refused by a firewall."),
	.told_apart = N_("Login succeeds and LIST or a transfer hangs. Any "
			 "other blocked high port looks the same; the reply "
			 "227 on port 21 shows that this one was announced "
			 "for FTP."),
	.separate_by = N_("On the client: `curl -v ftp://SERVER/` shows the "
			  "port in the 227 or 229 line; then, on the "
			  "server, `tcpdump -ni any 'host CLIENT and "
			  "tcp[tcpflags] & tcp-syn != 0'` and "
			  "`iptables-save -c` (or `nft list ruleset`) "
			  "during one LIST."),
	.fix = N_("Give the server a fixed range (`pasv_min_port` and "
		  "`pasv_max_port` in vsftpd, `PassivePorts` in proftpd) "
		  "and open it, or load the helper `nf_conntrack_ftp` with "
		  "a CT rule; behind NAT set the public address "
		  "(`pasv_address`)."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_RST) |
		 SYMPTOM_BIT(REFUSED_BY_ICMP),
	.needs = { FACT_HOST_SERVES },
	.ruled_out_by = { FACT_PROBED, FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_SYNACK_OTHER_SOURCE, FACT_SERVER_FIRST,
			  FACT_PORT_SERVED_BEFORE, FACT_PORT_SERVED_AFTER,
			  FACT_PORT_SERVED_OTHERS, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY, FACT_ICMP_LATE,
			  FACT_ICMP_FROM_CLIENT, FACT_LISTENER_MOVED,
			  FACT_LISTENER_WALLED },
};
