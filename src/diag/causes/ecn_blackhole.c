#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_ecn_blackhole = {
	.id = "ecn-blackhole",
	.number = 130,
	.title = N_("A device on the way drops SYNs that ask for ECN"),
	.meaning = N_("The client asks for ECN in its SYN (flags ECE and "
		      "CWR), and a box on the way discards such SYNs."),
	.told_apart = N_("The same SYN without ECN gets through: Linux "
			 "falls back to it after one timeout, so the "
			 "connection comes up a second late. If a plain SYN "
			 "stays unanswered too, ECN is not the reason."),
	.separate_by = N_("On the client: `sysctl -w net.ipv4.tcp_ecn=0` "
			  "and try again; if it connects at once, and not "
			  "with `net.ipv4.tcp_ecn=1`, a box on the way "
			  "drops ECN."),
	.fix = N_("Update or reconfigure the box that drops ECN; until then "
		  "set `net.ipv4.tcp_ecn=2` on the client and keep "
		  "`net.ipv4.tcp_ecn_fallback=1`."),
	.place = PLACE_PATH,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_MIDDLEBOX,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(SLOW),
	.needs = { FACT_SYN_ECN },
	.needs_any = { FACT_SYN_SILENCE, FACT_SYNACK_LATE },
	.ruled_out_by = { FACT_SYNACK_OTHER_SOURCE, FACT_IS_LOOPBACK,
			  FACT_SYN_WITHOUT_ECN, FACT_SYN_ARRIVED },
};
