#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_service_hung = {
	.id = "service-hung",
	.number = 51,
	.title = N_("The service's process hangs"),
	.meaning = N_("The kernel completes handshakes and acknowledges "
		      "data on the program's behalf, but the program is "
		      "stopped, deadlocked or stuck in the kernel and never "
		      "reads or answers."),
	.told_apart = N_("A slow name lookup at the server does answer in "
			 "the end and has accepted the connection (Recv-Q "
			 "0). Here connections stay in the accept queue."),
	.separate_by = N_("On the server: `ss -ltnp 'sport = :PORT'` with a "
			  "Recv-Q that stays above 0, then `ps -o "
			  "pid,stat,wchan:32,cmd -p PID`: T is stopped, D "
			  "waits in the kernel."),
	.fix = N_("Take a stack first (`gdb -p PID`, `cat "
		  "/proc/PID/stack`), then continue a stopped process "
		  "(`kill -CONT PID`) or restart the service."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_PROCESS,
	.shows = SYMPTOM_BIT(SILENT_AFTER_CONNECT) |
		 SYMPTOM_BIT(RESET_AFTER_CONNECT) | SYMPTOM_BIT(SLOW) |
		 SYMPTOM_BIT(PEER_WINDOW_ZERO) | SYMPTOM_BIT(UDP_UNANSWERED),
	.needs_any = { FACT_SERVER_SILENT, FACT_REQUEST_UNANSWERED,
		       FACT_ANSWER_SLOW, FACT_CLIENT_RST,
		       FACT_SERVER_WINDOW_ZERO, FACT_UDP_REQUEST,
		       FACT_PROCESS_STOPPED },
	.ruled_out_by = { FACT_SYNPROXY_STUCK, FACT_WOKEN,
			  FACT_CLIENT_RST_AT_ONCE, FACT_CLOSED_AT_ONCE,
			  FACT_CLIENT_WINDOW_ZERO, FACT_SOCKET_DEFERS,
			  FACT_PROCESS_FILES_FULL, FACT_PROCESS_PAUSED,
			  FACT_PROCESS_WORKER_HANGS,
			  FACT_PROCESS_READS_NOTHING },
	.favoured_by = { FACT_REQUEST_UNANSWERED, FACT_SERVER_SILENT,
			 FACT_CLIENT_DATA_ACKED },
	.found_by = { FACT_PROCESS_STOPPED },
};
