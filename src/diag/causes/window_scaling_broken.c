#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_window_scaling_broken = {
	.id = "window-scaling-broken",
	.number = 177,
	.title = N_("A device on the way breaks window scaling or SACK"),
	.meaning = N_("A box on the way strips or rewrites the window "
		      "scale, the SACK option or the sequence numbers, so "
		      "the two sides disagree on how much may be sent, and "
		      "the transfer stalls."),
	.told_apart = N_("Loss repairs itself sooner or later; here the "
			 "transfer stops or crawls at the same point, often "
			 "near 64 KiB, and other paths to the same server "
			 "are fast."),
	.separate_by = N_("On the client and on the server at once: "
			  "`tcpdump -nvi IF 'tcp port PORT and "
			  "tcp[tcpflags] & tcp-syn != 0'`; the options "
			  "wscale and sackOK of the same SYN differ between "
			  "the two."),
	.fix = N_("Update the box or switch off its TCP normalization for "
		  "this traffic; `net.ipv4.tcp_window_scaling=0` on one end "
		  "helps meanwhile, at the price of speed."),
	.place = PLACE_PATH,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_MIDDLEBOX,
	.shows = SYMPTOM_BIT(DATA_UNANSWERED) | SYMPTOM_BIT(SLOW) |
		 SYMPTOM_BIT(LOSSY),
	.needs_any = { FACT_CLIENT_DATA_LOST, FACT_SERVER_DATA_LOST,
		       FACT_RETRANSMITTED, FACT_HEAVY_LOSS },
	.ruled_out_by = { FACT_IS_LOOPBACK },
};
