#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_reverse_dns_slow = {
	.id = "reverse-dns-slow",
	.number = 58,
	.title = N_("The server waits for a DNS lookup of the client"),
	.meaning = N_("The service looks up the client's name before it "
		      "speaks, and its name server does not answer, so the "
		      "banner or login comes many seconds late or not at "
		      "all."),
	.told_apart = N_("A hung service never answers; this one does after "
			 "the resolver's timeouts, unless the client gives "
			 "up first. The server's queries to port 53 go "
			 "unanswered meanwhile."),
	.separate_by = N_("On the server: `tcpdump -ni any port 53` during "
			  "one attempt shows unanswered PTR queries, and "
			  "`time getent hosts CLIENT` takes as long as the "
			  "silence."),
	.fix = N_("Mend the resolver in the server's /etc/resolv.conf, add "
		  "the client to its /etc/hosts, or switch the lookup off "
		  "(sshd: `UseDNS no`)."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_CONFIG_LINE,
	.shows = SYMPTOM_BIT(SILENT_AFTER_CONNECT) | SYMPTOM_BIT(SLOW) |
		 SYMPTOM_BIT(RESET_AFTER_CONNECT) |
		 SYMPTOM_BIT(CLOSED_AFTER_CONNECT),
	.needs_any = { FACT_SERVER_SILENT, FACT_REQUEST_UNANSWERED,
		       FACT_ANSWER_SLOW, FACT_CLIENT_RST,
		       FACT_SERVER_CLOSED_FIRST, FACT_REVERSE_DNS_WAITS },
	.ruled_out_by = { FACT_CLIENT_RST_AT_ONCE, FACT_CLOSED_AT_ONCE,
			  FACT_CONNECTION_WAITS, FACT_SOCKET_DEFERS },
	.favoured_by = { FACT_ANSWER_SLOW, FACT_SERVER_FIRST },
	.found_by = { FACT_REVERSE_DNS_WAITS },
	.proven_by = FACT_REVERSE_DNS_WAITS,
};
