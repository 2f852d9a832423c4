#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_tcp_wrappers_paranoid = {
	.id = "tcp-wrappers-paranoid",
	.number = 57,
	.title = N_("TCP wrappers refuse it because the client's DNS "
		    "disagrees"),
	.meaning = N_("hosts.deny has PARANOID, and the name that the "
		      "client's address resolves to does not resolve back "
		      "to that address."),
	.told_apart = N_("It closes without a word like any TCP wrappers "
			 "refusal, after the server's DNS queries for the "
			 "client. Only clients with inconsistent DNS are "
			 "hit."),
	.separate_by = N_("On the server: `getent hosts CLIENT`, then "
			  "`getent ahosts` for the name that it gives: "
			  "CLIENT is not among the answers."),
	.fix = N_("Make PTR and address records of the client agree, or put "
		  "both into the server's /etc/hosts, or take PARANOID out "
		  "of /etc/hosts.deny."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_WRAPPER_LINE,
	.shows = SYMPTOM_BIT(CLOSED_AFTER_CONNECT) |
		 SYMPTOM_BIT(RESET_AFTER_CONNECT) |
		 SYMPTOM_BIT(SILENT_AFTER_CONNECT) | SYMPTOM_BIT(SERVICE_ERROR),
	.needs_any = { FACT_SERVER_CLOSED_FIRST, FACT_RST_BEFORE_DATA,
		       FACT_SERVER_SILENT, FACT_SERVICE_REFUSED,
		       FACT_CLOSED_AFTER_5S },
	.ruled_out_by = { FACT_WOKEN, FACT_CLIENT_RST_AT_ONCE,
			  FACT_CONNECTION_WAITS },
	.favoured_by = { FACT_CLOSED_AFTER_5S, FACT_SERVER_FIRST },
	.found_by = { FACT_WRAPPERS_PARANOID },
	.looked_by = { FACT_WRAPPERS_READ },
};
