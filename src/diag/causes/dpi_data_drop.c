#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_dpi_data_drop = {
	.id = "dpi-data-drop",
	.number = 132,
	.title = N_("A device on the way drops the data"),
	.meaning = N_("The handshake passes, but an intrusion prevention "
		      "system, a web application firewall or another "
		      "inspecting box discards the segments that carry "
		      "data."),
	.told_apart = N_("With an MTU problem only full-size segments are "
			 "lost; here small ones are lost too. A program "
			 "that hangs still has its data acknowledged by the "
			 "kernel; here the data is never acknowledged."),
	.separate_by = N_("On the server: `tcpdump -ni IF 'tcp port PORT "
			  "and host CLIENT'` shows the handshake and no "
			  "data, while the same capture at the client shows "
			  "the data being repeated."),
	.fix = N_("Find the block in the inspecting box's log and add an "
		  "exception for this service, or correct the request that "
		  "its signature objects to."),
	.place = PLACE_PATH,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_MIDDLEBOX,
	.shows = SYMPTOM_BIT(SILENT_AFTER_CONNECT) |
		 SYMPTOM_BIT(DATA_UNANSWERED) |
		 SYMPTOM_BIT(ONLY_LARGE_SEGMENTS_LOST),
	.ruled_out_by = { FACT_WOKEN, FACT_IS_LOOPBACK, FACT_CONNECTION_WAITS,
			  FACT_SOCKET_DEFERS },
};
