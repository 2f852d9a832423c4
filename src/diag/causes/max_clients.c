#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_max_clients = {
	.id = "max-clients",
	.number = 179,
	.title = N_("The service has reached its limit of clients"),
	.meaning = N_("The program serves as many connections as it is "
		      "allowed (max_connections, MaxRequestWorkers, "
		      "worker_connections, maxconn), so new ones wait, are "
		      "refused in words or are closed."),
	.told_apart = N_("A hung process serves nobody and stands in state "
			 "T or D; here earlier sessions work, and a place "
			 "becomes free when one of them ends."),
	.separate_by = N_("On the server: `ss -Htn state established 'sport "
			  "= :PORT' | wc -l` against the configured limit, "
			  "and the service's log (`too many connections`, "
			  "`MaxRequestWorkers`, `worker_connections are not "
			  "enough`)."),
	.fix = N_("Close leaked or idle sessions and set an idle timeout; "
		  "then raise the limit together with the process's file "
		  "limit and memory."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_CONFIG_LINE,
	.shows = SYMPTOM_BIT(RESET_AFTER_CONNECT) |
		 SYMPTOM_BIT(CLOSED_AFTER_CONNECT) |
		 SYMPTOM_BIT(SILENT_AFTER_CONNECT) |
		 SYMPTOM_BIT(SERVICE_ERROR) | SYMPTOM_BIT(SLOW),
	.needs_any = { FACT_SERVICE_REFUSED, FACT_HTTP_GATEWAY_ERROR,
		       FACT_SERVER_SILENT, FACT_ANSWER_SLOW,
		       FACT_SERVER_CLOSED_FIRST, FACT_RST_BEFORE_DATA,
		       FACT_CLIENT_RST, FACT_PROCESS_PAUSED },
	.ruled_out_by = { FACT_CLIENT_RST_AT_ONCE, FACT_HTTP_BAD_GATEWAY,
			  FACT_WRAPPERS_DENY, FACT_WRAPPERS_PARANOID,
			  FACT_SUPERSERVER_DENIES, FACT_SUPERSERVER_PROGRAM,
			  FACT_SOCKET_DEFERS, FACT_PROCESS_FILES_FULL,
			  FACT_PROCESS_STOPPED, FACT_PROCESS_WORKER_HANGS,
			  FACT_CONNECTION_TAKEN, FACT_PROCESS_UNCROWDED },
	.favoured_by = { FACT_SERVICE_REFUSED },
	.found_by = { FACT_PROCESS_PAUSED },
};
