#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_tfo_blackhole = {
	.id = "tfo-blackhole",
	.number = 176,
	.title = N_("A device on the way drops TCP Fast Open"),
	.meaning = N_("The client's SYN carries the TCP Fast Open option, "
		      "often with data, and a box on the way discards such "
		      "SYNs."),
	.told_apart = N_("The same SYN without Fast Open gets through, so "
			 "the connection usually comes up after the first "
			 "timeout. If a plain SYN stays unanswered too, "
			 "Fast Open is not the reason."),
	.separate_by = N_("On the client: `sysctl -w "
			  "net.ipv4.tcp_fastopen=0` and try again; `nstat "
			  "-az TcpExtTCPFastOpenBlackhole` counts how often "
			  "the kernel noticed by itself."),
	.fix = N_("Leave Fast Open off on that path "
		  "(`net.ipv4.tcp_fastopen=0`, or the program's own "
		  "option), or update the box that drops it."),
	.place = PLACE_PATH,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_MIDDLEBOX,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(SLOW),
	.needs = { FACT_SYN_FAST_OPEN },
	.needs_any = { FACT_SYN_SILENCE, FACT_SYNACK_LATE },
	.ruled_out_by = { FACT_SYNACK_OTHER_SOURCE, FACT_IS_LOOPBACK,
			  FACT_SYN_WITHOUT_FAST_OPEN, FACT_SYN_ARRIVED },
};
