#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_tls_sni_rejected = {
	.id = "tls-sni-rejected",
	.number = 151,
	.title = N_("The server does not serve the name in the SNI"),
	.meaning = N_("The client named a host in its TLS hello (SNI) that "
		      "the server does not serve, or named none, so the "
		      "server refuses or shows its default certificate."),
	.told_apart = N_("The alert unrecognized_name says so in as many "
			 "words; some servers answer handshake_failure, "
			 "close or reset instead. With a right name the "
			 "same server answers."),
	.separate_by = N_("On the client: `openssl s_client -connect "
			  "SERVER:PORT -servername NAME` against the same "
			  "command with `-noservername` and with a name "
			  "that the server is known to serve."),
	.fix = N_("Add the name to the server's configuration "
		  "(`server_name`, `ServerAlias`, the load balancer's list "
		  "of hosts), or let the client send the right one; a "
		  "client that connects by IP address sends none."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_CONFIG_LINE,
	.shows = SYMPTOM_BIT(TLS_FAILED) | SYMPTOM_BIT(RESET_AFTER_CONNECT) |
		 SYMPTOM_BIT(CLOSED_AFTER_CONNECT),
	.needs_any = { FACT_TLS_CLIENT_HELLO, FACT_TLS_ALERT_SERVER,
		       FACT_TLS_ALERT_CLIENT },
	.ruled_out_by = { FACT_CLIENT_RST_AT_ONCE, FACT_TLS_ALERT_VERSION,
			  FACT_TLS_ALERT_EXPIRED, FACT_TLS_ALERT_NEEDED,
			  FACT_TLS_CERTIFICATE_ASKED, FACT_CERT_NAME_GOOD,
			  FACT_LOCAL_CERT_NAME_GOOD, FACT_LOCAL_CERT_OTHER_NAME,
			  FACT_LOCAL_TLS_CIPHERS, FACT_LOCAL_TLS_VERSIONS,
			  FACT_LOCAL_TLS_OLD },
	.favoured_by = { FACT_TLS_ALERT_NAME },
};
