#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_tcp_wrappers_deny = {
	.id = "tcp-wrappers-deny",
	.number = 56,
	.title = N_("TCP wrappers (hosts.allow, hosts.deny) refuse the "
		    "client"),
	.meaning = N_("The service runs under tcpd or xinetd or is linked "
		      "with libwrap, and /etc/hosts.allow and "
		      "/etc/hosts.deny do not admit the client."),
	.told_apart = N_("The connection is made and then closed without a "
			 "word: five seconds later by tcpd, at once by "
			 "programs linked with libwrap. A firewall would "
			 "not have let the handshake through."),
	.separate_by = N_("On the server: `tcpdmatch DAEMON CLIENT`, and "
			  "the log line \"refused connect from\" "
			  "(`journalctl -g 'refused connect'`)."),
	.fix = N_("Add `DAEMON: CLIENT` to /etc/hosts.allow; DAEMON is the "
		  "name of the process, such as in.telnetd, and not that of "
		  "the service."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_WRAPPER_LINE,
	.shows = SYMPTOM_BIT(CLOSED_AFTER_CONNECT) |
		 SYMPTOM_BIT(RESET_AFTER_CONNECT) |
		 SYMPTOM_BIT(SILENT_AFTER_CONNECT) |
		 SYMPTOM_BIT(SERVICE_ERROR) | SYMPTOM_BIT(UDP_UNANSWERED),
	.needs_any = { FACT_SERVER_CLOSED_FIRST, FACT_RST_BEFORE_DATA,
		       FACT_SERVER_SILENT, FACT_SERVICE_REFUSED,
		       FACT_UDP_REQUEST, FACT_CLOSED_AFTER_5S },
	.ruled_out_by = { FACT_WOKEN, FACT_CLIENT_RST_AT_ONCE,
			  FACT_CONNECTION_WAITS },
	.favoured_by = { FACT_CLOSED_AFTER_5S, FACT_SERVER_FIRST },
	.found_by = { FACT_WRAPPERS_DENY },
	.looked_by = { FACT_WRAPPERS_READ },
};
