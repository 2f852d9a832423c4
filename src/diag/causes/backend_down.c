#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_backend_down = {
	.id = "backend-down",
	.number = 156,
	.title = N_("The front end is up, but the service behind it is not"),
	.meaning = N_("A reverse proxy or load balancer accepts the "
		      "connection and cannot reach the service behind it, "
		      "so it closes, resets or answers 502, 503 or 504."),
	.told_apart = N_("A service that closes by itself has no second "
			 "connection; here the front end opens one to its "
			 "backend at the same moment, and that one fails. "
			 "503 may also mean that a limit is reached."),
	.separate_by = N_("On the server: `tcpdump -ni any 'tcp port "
			  "BACKENDPORT'` during one attempt, and the front "
			  "end's log (`connect() failed` in nginx, `SC--` "
			  "or `NOSRV` in haproxy)."),
	.fix = N_("Start the backend or correct its address and port in the "
		  "front end (`proxy_pass`, `server` lines), then treat the "
		  "inner connection as a fault of its own."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_PROCESS,
	.shows = SYMPTOM_BIT(RESET_AFTER_CONNECT) |
		 SYMPTOM_BIT(CLOSED_AFTER_CONNECT) |
		 SYMPTOM_BIT(SILENT_AFTER_CONNECT) | SYMPTOM_BIT(SERVICE_ERROR),
	.needs_any = { FACT_HTTP_GATEWAY_ERROR, FACT_SERVER_CLOSED_FIRST,
		       FACT_RST_BEFORE_DATA, FACT_SERVER_SILENT },
	.ruled_out_by = { FACT_WOKEN, FACT_CLIENT_RST_AT_ONCE,
			  FACT_WRAPPERS_DENY, FACT_WRAPPERS_PARANOID,
			  FACT_SUPERSERVER_DENIES, FACT_SUPERSERVER_PROGRAM,
			  FACT_CONNECTION_WAITS, FACT_PROCESS_GONE,
			  FACT_NOTHING_OPENED },
	.favoured_by = { FACT_HTTP_GATEWAY_ERROR },
	.found_by = { FACT_BACKEND_FAILS },
	.proven_by = FACT_BACKEND_FAILS,
};
