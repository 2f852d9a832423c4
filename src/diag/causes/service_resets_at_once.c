#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_service_resets_at_once = {
	.id = "service-resets-at-once",
	.number = 54,
	.title = N_("The service resets the connection right after the "
		    "handshake"),
	.meaning = N_("The program accepts and closes with SO_LINGER set to "
		      "zero, as some load balancers and databases do to get "
		      "rid of a client, so the kernel sends a RST."),
	.told_apart = N_("A device on the way that forges a RST looks the "
			 "same at the client; in the server's own capture "
			 "this RST really leaves. A service that closes "
			 "plainly also gives a RST if it left the client's "
			 "data unread."),
	.separate_by = N_("On the server: `tcpdump -ni any 'tcp port PORT'` "
			  "shows the RST leaving; `ss -ltnp 'sport = "
			  ":PORT'` names the program whose log has the "
			  "reason."),
	.fix = N_("Correct what the program's log names: access list, "
		  "connection limit, health of its backends."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_PROCESS,
	.shows = SYMPTOM_BIT(RESET_AFTER_CONNECT),
	.needs = { FACT_SERVER_RST },
	.ruled_out_by = { FACT_CLIENT_RST_AT_ONCE, FACT_SERVER_DATA,
			  FACT_PROCESS_GONE, FACT_BACKEND_FAILS,
			  FACT_WRAPPERS_DENY, FACT_WRAPPERS_PARANOID,
			  FACT_SUPERSERVER_DENIES, FACT_SUPERSERVER_PROGRAM },
	.favoured_by = { FACT_CLOSED_AT_ONCE, FACT_RST_LEFT_SERVER },
	.found_by = { FACT_PROCESS_RESET, FACT_PROCESS_ABORTED },
	.looked_by = { FACT_PROCESS_CLOSED },
};
