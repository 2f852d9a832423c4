#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_accept_queue_full = {
	.id = "accept-queue-full",
	.number = 49,
	.title = N_("The service accepts too slowly and its accept queue is "
		    "full"),
	.meaning = N_("The application does not take connections as fast as "
		      "they come, so the kernel drops SYNs or leaves "
		      "finished handshakes waiting (with "
		      "tcp_abort_on_overflow it resets them)."),
	.told_apart = N_("It looks like a DROP that comes and goes with the "
			 "load. No firewall counter moves; ListenOverflows "
			 "does. With a SYN flood only ListenDrops moves and "
			 "there are many SYN-RECV."),
	.separate_by = N_("On the server: `ss -ltn 'sport = :PORT'` shows "
			  "Recv-Q above Send-Q, and `nstat -az "
			  "TcpExtListenOverflows` counts up."),
	.fix = N_("Find out why the application is slow or stuck and give "
		  "it more workers; raise its backlog together with `sysctl "
		  "net.core.somaxconn` only after that."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_SOCKET,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(SLOW) |
		 SYMPTOM_BIT(SILENT_AFTER_CONNECT) |
		 SYMPTOM_BIT(RESET_AFTER_CONNECT) |
		 SYMPTOM_BIT(DATA_UNANSWERED),
	.needs_any = { FACT_SYN_SILENCE, FACT_SYNACK_LATE, FACT_SYNACK_REPEATED,
		       FACT_CONNECT_SLOW, FACT_SERVER_RST, FACT_SERVER_SILENT,
		       FACT_REQUEST_UNANSWERED, FACT_ANSWER_SLOW,
		       FACT_RETRANSMITTED, FACT_CLIENT_RST },
	.ruled_out_by = { FACT_DNAT_DEAD, FACT_WOKEN, FACT_CLIENT_RST_AT_ONCE,
			  FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_SYNACK_OTHER_SOURCE, FACT_CONNECTION_TAKEN },
	.favoured_by = { FACT_PORT_SERVED_BEFORE, FACT_PORT_SERVED_AFTER,
			 FACT_SYNACK_REPEATED, FACT_SYNACK_LATE },
	.found_by = { FACT_ACCEPT_QUEUE_FULL, FACT_ACCEPT_QUEUE_COUNTED },
	.looked_by = { FACT_SOCKET_QUEUES_READ },
	.proven_by = FACT_ACCEPT_QUEUE_DROPPED,
	.dropped_as = { FACT_DROP_NONE, FACT_DROP_OVERFLOW },
};
