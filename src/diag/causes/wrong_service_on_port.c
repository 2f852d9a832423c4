#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_wrong_service_on_port = {
	.id = "wrong-service-on-port",
	.number = 71,
	.title = N_("Another program than the expected one owns the port"),
	.meaning = N_("Something listens on the port and accepts, but it is "
		      "not the service that the client wants: another "
		      "daemon, an old instance, or TLS where plain text was "
		      "meant."),
	.told_apart = N_("The path and the firewall are fine, since data "
			 "comes back. If the right program owns the port, "
			 "client and server only disagree on TLS or on the "
			 "protocol's version."),
	.separate_by = N_("On the server: `ss -ltnp 'sport = :PORT'` names "
			  "the program that owns the port; compare it with "
			  "the one that should."),
	.fix = N_("Stop or move the other program and start the right one "
		  "(`systemctl restart UNIT`), or let the client use the "
		  "port where the service really is."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_PROCESS,
	.shows = SYMPTOM_BIT(WRONG_SERVICE) |
		 SYMPTOM_BIT(SILENT_AFTER_CONNECT) |
		 SYMPTOM_BIT(CLOSED_AFTER_CONNECT) |
		 SYMPTOM_BIT(RESET_AFTER_CONNECT),
	.ruled_out_by = { FACT_WOKEN, FACT_CLIENT_RST_AT_ONCE,
			  FACT_TLS_SERVER_HELLO, FACT_SERVICE_REFUSED,
			  FACT_WRAPPERS_DENY, FACT_WRAPPERS_PARANOID,
			  FACT_SUPERSERVER_DENIES, FACT_SUPERSERVER_PROGRAM,
			  FACT_CONNECTION_WAITS, FACT_SOCKET_DEFERS,
			  FACT_PROCESS_UNASKED },
	.favoured_by = { FACT_NOT_TLS_ANSWER, FACT_PLAIN_TO_TLS,
			 FACT_OTHER_PROTOCOL },
};
