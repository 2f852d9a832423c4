#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_tw_recycle_drop = {
	.id = "tw-recycle-drop",
	.number = 165,
	.title = N_("tcp_tw_recycle drops clients behind a NAT"),
	.meaning = N_("The server's old kernel (before 4.12) has "
		      "net.ipv4.tcp_tw_recycle on, so it drops SYNs whose "
		      "timestamp is older than the last one it saw from "
		      "that address, as with several hosts behind one NAT."),
	.told_apart = N_("Only some hosts behind a shared address fail, now "
			 "and then, while others are served at the same "
			 "moment. No firewall counter moves."),
	.separate_by = N_("On the server: `sysctl net.ipv4.tcp_tw_recycle` "
			  "is 1, and `netstat -s | grep -i 'because of time "
			  "stamp'` goes up with each lost SYN."),
	.fix = N_("Set `net.ipv4.tcp_tw_recycle=0` with `sysctl -w` and in "
		  "/etc/sysctl.conf; newer kernels no longer have the "
		  "setting."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_SYSCTL,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(SLOW),
	.needs_any = { FACT_SYN_SILENCE, FACT_SYNACK_LATE },
	.ruled_out_by = { FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_SYNACK_OTHER_SOURCE, FACT_SYN_NO_TIMESTAMP,
			  FACT_TW_RECYCLE_OFF },
	.favoured_by = { FACT_PORT_SERVED_OTHERS },
	.found_by = { FACT_TW_RECYCLE_DROPS },
};
