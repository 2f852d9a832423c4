#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_service_accept_emfile = {
	.id = "service-accept-emfile",
	.number = 52,
	.title = N_("The service has no file descriptors left to accept "
		    "with"),
	.meaning = N_("accept() fails because the process (or the system) "
		      "has reached its limit of open files, so connections "
		      "pile up in the accept queue."),
	.told_apart = N_("It looks like a hung service, but the process "
			 "runs, often at full load, and its number of open "
			 "files equals its limit."),
	.separate_by = N_("On the server: `ls /proc/PID/fd | wc -l` against "
			  "the line \"Max open files\" of "
			  "`/proc/PID/limits`; the service's log says \"Too "
			  "many open files\"."),
	.fix = N_("Restart the service, raise LimitNOFILE= in its unit, and "
		  "find the leak (`lsof -p PID`)."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_PROCESS,
	.shows = SYMPTOM_BIT(SILENT_AFTER_CONNECT) |
		 SYMPTOM_BIT(RESET_AFTER_CONNECT) | SYMPTOM_BIT(SLOW) |
		 SYMPTOM_BIT(SYN_UNANSWERED),
	.needs_any = { FACT_SERVER_SILENT, FACT_REQUEST_UNANSWERED,
		       FACT_ANSWER_SLOW, FACT_CLIENT_RST, FACT_SYN_SILENCE,
		       FACT_PROCESS_FILES_FULL },
	.ruled_out_by = { FACT_WOKEN, FACT_CLIENT_RST_AT_ONCE,
			  FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_CLOSED_AT_ONCE, FACT_SYNACK_OTHER_SOURCE,
			  FACT_CONNECTION_TAKEN, FACT_PROCESS_STOPPED },
	.favoured_by = { FACT_SERVER_SILENT, FACT_REQUEST_UNANSWERED,
			 FACT_PORT_SERVED_BEFORE },
	.found_by = { FACT_PROCESS_FILES_FULL },
	.looked_by = { FACT_PROCESS_FILES_LEFT },
	.dropped_as = { FACT_DROP_NONE, FACT_DROP_OVERFLOW },
};
