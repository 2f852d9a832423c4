#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_service_closes_at_once = {
	.id = "service-closes-at-once",
	.number = 53,
	.title = N_("The service accepts the connection and closes it "
		    "unserved"),
	.meaning = N_("The program itself ends the connection before it "
		      "says anything: an error in its configuration, an "
		      "allow list of its own, or a wrapper that exits."),
	.told_apart = N_("TCP wrappers, xinetd, sshd limits and a dead "
			 "backend look alike. Whether the client gets an "
			 "EOF or a reset only depends on whether it had "
			 "already sent something."),
	.separate_by = N_("On the server: `ss -ltnp 'sport = :PORT'` names "
			  "the program; follow its log (`journalctl -fu "
			  "UNIT`) during one attempt."),
	.fix = N_("Correct what the log complains of: the configuration, "
		  "the program's own access list, or the program that the "
		  "wrapper starts."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_PROCESS,
	.shows = SYMPTOM_BIT(CLOSED_AFTER_CONNECT) |
		 SYMPTOM_BIT(RESET_AFTER_CONNECT),
	.needs_any = { FACT_SERVER_CLOSED_FIRST, FACT_RST_BEFORE_DATA },
	.ruled_out_by = { FACT_CLIENT_RST_AT_ONCE, FACT_SERVER_DATA,
			  FACT_PROCESS_GONE, FACT_BACKEND_FAILS,
			  FACT_CLOSED_AFTER_5S, FACT_WRAPPERS_DENY,
			  FACT_WRAPPERS_PARANOID, FACT_SUPERSERVER_DENIES,
			  FACT_SUPERSERVER_PROGRAM },
	.favoured_by = { FACT_CLOSED_AT_ONCE, FACT_SERVER_CLOSED_FIRST },
	.found_by = { FACT_PROCESS_CLOSED, FACT_PROCESS_ABORTED },
	.looked_by = { FACT_PROCESS_RESET },
};
