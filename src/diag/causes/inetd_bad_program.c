#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_inetd_bad_program = {
	.id = "inetd-bad-program",
	.number = 61,
	.title = N_("inetd cannot start the program named for the service"),
	.meaning = N_("inetd or xinetd accepts the connection and then "
		      "fails to execute the program, because the path in "
		      "its line does not exist or may not be run."),
	.told_apart = N_("It closes at once without a word, like an access "
			 "list. The system log names the program that could "
			 "not be started."),
	.separate_by = N_("On the server: `journalctl -t inetd -t xinetd` "
			  "(or `grep inetd /var/log/syslog`) for \"execv\" "
			  "and \"No such file\", and `ls -l` the path from "
			  "the service's line."),
	.fix = N_("Install the program or correct its path, then reload "
		  "inetd or xinetd."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_CONFIG_LINE,
	.shows = SYMPTOM_BIT(CLOSED_AFTER_CONNECT) |
		 SYMPTOM_BIT(RESET_AFTER_CONNECT),
	.needs_any = { FACT_SERVER_CLOSED_FIRST, FACT_RST_BEFORE_DATA },
	.ruled_out_by = { FACT_CLIENT_RST_AT_ONCE, FACT_SERVER_DATA,
			  FACT_CLOSED_AFTER_5S, FACT_CONNECTION_WAITS },
	.favoured_by = { FACT_CLOSED_AT_ONCE },
	.found_by = { FACT_SUPERSERVER_PROGRAM },
	.looked_by = { FACT_SUPERSERVERS_READ },
};
