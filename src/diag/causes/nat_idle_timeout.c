#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_nat_idle_timeout = {
	.id = "nat-idle-timeout",
	.number = 27,
	.title = N_("A firewall or NAT forgot the idle connection"),
	.meaning = N_("A stateful box on the way drops the entry of a "
		      "connection that was idle too long; the next packets "
		      "do not match any state and are discarded or reset."),
	.told_apart = N_("The handshake and the first data were fine and a "
			 "new connection works. It always breaks after the "
			 "same idle time; plain packet loss breaks at any "
			 "time."),
	.separate_by = N_("On the server: `tcpdump -ni any 'tcp port PORT "
			  "and host CLIENT'` while the client sends after "
			  "the pause: nothing arrives although `ss -tn` "
			  "still shows ESTABLISHED."),
	.fix = N_("Send keep-alives more often than the box forgets (ssh "
		  "`ServerAliveInterval 60`, `sysctl "
		  "net.ipv4.tcp_keepalive_time`), or raise the box's "
		  "timeout for established connections."),
	.place = PLACE_ROUTER,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_CONNTRACK,
	.shows = SYMPTOM_BIT(DATA_UNANSWERED) | SYMPTOM_BIT(RESET_MID_STREAM),
	.ruled_out_by = { FACT_CLOSED_AT_ONCE, FACT_IS_LOOPBACK,
			  FACT_NO_IDLE_BEFORE_LOSS },
	.favoured_by = { FACT_IDLE_BEFORE_LOSS },
};
