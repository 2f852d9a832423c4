#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_packet_loss = {
	.id = "packet-loss",
	.number = 158,
	.title = N_("Packets are lost on the way"),
	.meaning = N_("A bad cable, radio link or overloaded line or device "
		      "loses packets at random, so handshakes and transfers "
		      "need several tries and some fail."),
	.told_apart = N_("Every rule, route or listener gives the same "
			 "result each time; loss varies from try to try, "
			 "and times lie near 1, 3 and 7 seconds. If one "
			 "source port always fails and another never does, "
			 "it is hashing over several links or workers."),
	.separate_by = N_("On the client: `mtr -rwzbc 100 SERVER` and ten "
			  "attempts in a row; then `ip -s link` and "
			  "`ethtool -S IF` on either end of the first lossy "
			  "hop for errors, drops and CRC counts."),
	.fix = N_("Replace or repair the lossy link (cable, optics, duplex "
		  "mismatch, radio), or relieve the overloaded one by "
		  "shaping or more bandwidth."),
	.place = PLACE_PATH,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_LINK,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE) |
		 SYMPTOM_BIT(SILENT_AFTER_CONNECT) |
		 SYMPTOM_BIT(DATA_UNANSWERED) |
		 SYMPTOM_BIT(ONLY_LARGE_SEGMENTS_LOST) | SYMPTOM_BIT(SLOW) |
		 SYMPTOM_BIT(LOSSY) | SYMPTOM_BIT(UDP_UNANSWERED),
	.ruled_out_by = { FACT_SYNACK_OTHER_SOURCE, FACT_IS_LOOPBACK,
			  FACT_SYNACK_ARRIVED, FACT_SYN_ARRIVED,
			  FACT_SYNACK_RESET, FACT_ACK_FOR_SYN,
			  FACT_CONNECTION_WAITS, FACT_SOCKET_DEFERS },
	.favoured_by = { FACT_HEAVY_LOSS, FACT_PING_LOST, FACT_SYNACK_LATE,
			 FACT_PING_SCATTERED },
};
