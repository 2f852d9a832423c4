#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_service_crashes = {
	.id = "service-crashes",
	.number = 55,
	.title = N_("The service dies on the connection"),
	.meaning = N_("The program crashes or exits while it handles the "
		      "connection, so it ends without a word; until it is "
		      "started again the port is refused."),
	.told_apart = N_("The second attempt differs from the first: closed "
			 "or reset once, then refused. A service that "
			 "closes on purpose stays up."),
	.separate_by = N_("On the server: `coredumpctl list`, `journalctl "
			  "-u UNIT` and `dmesg | grep segfault`; the PID in "
			  "`ss -ltnp 'sport = :PORT'` changes after each "
			  "attempt."),
	.fix = N_("Restart the service and mend what crashes it: the log or "
		  "the core (`coredumpctl info`) names it; a recent update "
		  "or configuration change is the usual suspect."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_PROCESS,
	.shows = SYMPTOM_BIT(CLOSED_AFTER_CONNECT) |
		 SYMPTOM_BIT(RESET_AFTER_CONNECT) |
		 SYMPTOM_BIT(RESET_MID_STREAM) | SYMPTOM_BIT(REFUSED_BY_RST),
	.needs_any = { FACT_SERVER_CLOSED_FIRST, FACT_RST_BEFORE_DATA,
		       FACT_SERVER_RST, FACT_RST_FOR_SYN,
		       FACT_LISTENER_VANISHED, FACT_PROCESS_GONE },
	.ruled_out_by = { FACT_CLIENT_RST_AT_ONCE, FACT_WRAPPERS_DENY,
			  FACT_WRAPPERS_PARANOID, FACT_SUPERSERVER_DENIES,
			  FACT_SUPERSERVER_PROGRAM, FACT_SUPERSERVER_OFF,
			  FACT_SOCKET_UNIT_OFF, FACT_LISTENER_DEVICE,
			  FACT_LISTENER_ADDRESS, FACT_LISTENER_V6ONLY,
			  FACT_LISTENER_V4ONLY, FACT_LISTENER_LOOPBACK,
			  FACT_INNER_LOOPBACK, FACT_INNER_NONE },
	.favoured_by = { FACT_PORT_SERVED_BEFORE, FACT_SERVER_CLOSED_FIRST },
	.found_by = { FACT_PROCESS_GONE, FACT_LISTENER_VANISHED },
	.looked_by = { FACT_PROCESS_SAME },
};
