#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_reuseport_hung_worker = {
	.id = "reuseport-hung-worker",
	.number = 68,
	.title = N_("One of several workers on the port hangs"),
	.meaning = N_("Several sockets share the port by SO_REUSEPORT and "
		      "the kernel picks one by address and source port; the "
		      "worker behind one of them no longer accepts."),
	.told_apart = N_("A steady share of the connections hangs and the "
			 "rest are served, without regard to load; the same "
			 "source port always hits the same worker."),
	.separate_by = N_("On the server: `ss -ltnp 'sport = :PORT'` lists "
			  "several sockets; one has a Recv-Q that stays "
			  "above 0, the others 0."),
	.fix = N_("Restart the service, or kill the worker that owns that "
		  "socket (its PID stands in the line) after taking its "
		  "stack."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_PROCESS,
	.shows = SYMPTOM_BIT(SILENT_AFTER_CONNECT) |
		 SYMPTOM_BIT(RESET_AFTER_CONNECT) | SYMPTOM_BIT(SLOW) |
		 SYMPTOM_BIT(PEER_WINDOW_ZERO) | SYMPTOM_BIT(UDP_UNANSWERED),
	.needs_any = { FACT_SERVER_SILENT, FACT_REQUEST_UNANSWERED,
		       FACT_ANSWER_SLOW, FACT_CLIENT_RST,
		       FACT_SERVER_WINDOW_ZERO, FACT_UDP_REQUEST,
		       FACT_PROCESS_WORKER_HANGS },
	.ruled_out_by = { FACT_SYNPROXY_STUCK, FACT_WOKEN,
			  FACT_CLIENT_RST_AT_ONCE, FACT_CLOSED_AT_ONCE,
			  FACT_CLIENT_WINDOW_ZERO, FACT_CONNECTION_TAKEN },
	.favoured_by = { FACT_PORT_SERVED_BEFORE, FACT_PORT_SERVED_AFTER,
			 FACT_PORT_SERVED_OTHERS },
	.found_by = { FACT_PROCESS_WORKER_HANGS },
	.looked_by = { FACT_PROCESS_WORKERS_RUN },
};
