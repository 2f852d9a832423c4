#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_synproxy_broken = {
	.id = "synproxy-broken",
	.number = 25,
	.title = N_("SYNPROXY shakes hands but cannot reach the service"),
	.meaning = N_("The firewall's SYNPROXY completes the handshake with "
		      "the client in the service's place, and its own "
		      "handshake with the real socket fails."),
	.told_apart = N_("The SYN-ACK advertises a window of zero and no "
			 "data is ever acknowledged. With a hung service "
			 "the server's socket is ESTABLISHED; here the "
			 "server knows no such connection."),
	.separate_by = N_("On the server: `ss -tn 'sport = :PORT and dst "
			  "CLIENT'` shows nothing while the client is "
			  "connected, and `cat /proc/net/stat/synproxy` "
			  "counts up."),
	.fix = N_("Complete the rules: notrack for the SYN, SYNPROXY for "
		  "INVALID and UNTRACKED, `sysctl "
		  "net.netfilter.nf_conntrack_tcp_loose=0`, and no drop of "
		  "its second handshake in INPUT or OUTPUT."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SILENT_AFTER_CONNECT) |
		 SYMPTOM_BIT(DATA_UNANSWERED) | SYMPTOM_BIT(PEER_WINDOW_ZERO) |
		 SYMPTOM_BIT(RESET_AFTER_CONNECT),
	.needs = { FACT_SYNACK_ZERO_WINDOW },
	.ruled_out_by = { FACT_NO_SYNPROXY, FACT_WOKEN, FACT_CLIENT_RST_AT_ONCE,
			  FACT_SERVER_DATA, FACT_CLIENT_DATA_ACKED },
	.favoured_by = { FACT_SYNACK_ZERO_WINDOW, FACT_SERVER_WINDOW_ZERO },
	.found_by = { FACT_SYNPROXY_STUCK },
};
