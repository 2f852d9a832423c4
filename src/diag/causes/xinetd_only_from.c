#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_xinetd_only_from = {
	.id = "xinetd-only-from",
	.number = 62,
	.title = N_("xinetd's own access rules refuse the client"),
	.meaning = N_("xinetd accepts the connection and closes it because "
		      "only_from, no_access, access_times, instances, "
		      "per_source or cps does not admit it."),
	.told_apart = N_("It closes at once without a word, like TCP "
			 "wrappers, but the rule stands in xinetd's own "
			 "configuration. After too many connections (cps) "
			 "xinetd shuts the port for a while, and it is "
			 "refused."),
	.separate_by = N_(
		"On the server: `grep -rnE "
		"'only_from|no_access|access_times|instances|per_source|cps' "
		"/etc/xinetd.conf /etc/xinetd.d`, and the log "
		"line \"FAIL: SERVICE address from=CLIENT\"."),
	.fix = N_("Add the client to only_from, or raise the limit that the "
		  "log names, and `systemctl reload xinetd`."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_CONFIG_LINE,
	.shows = SYMPTOM_BIT(CLOSED_AFTER_CONNECT) |
		 SYMPTOM_BIT(RESET_AFTER_CONNECT) | SYMPTOM_BIT(REFUSED_BY_RST),
	.needs_any = { FACT_SERVER_CLOSED_FIRST, FACT_RST_BEFORE_DATA,
		       FACT_RST_FOR_SYN },
	.ruled_out_by = { FACT_CLIENT_RST_AT_ONCE, FACT_CONNECTION_WAITS,
			  FACT_INNER_LOOPBACK, FACT_INNER_NONE },
	.looked_by = { FACT_XINETD_NOT },
	.favoured_by = { FACT_CLOSED_AT_ONCE, FACT_PORT_SERVED_OTHERS },
	.found_by = { FACT_SUPERSERVER_DENIES },
};
