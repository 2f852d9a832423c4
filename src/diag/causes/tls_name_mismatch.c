#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_tls_name_mismatch = {
	.id = "tls-name-mismatch",
	.number = 147,
	.title = N_("The certificate does not cover the name that was used"),
	.meaning = N_("The server's certificate is valid, but the name that "
		      "the client used is not among its subject alternative "
		      "names."),
	.told_apart = N_("An untrusted or expired certificate gives other "
			 "alerts with most clients. If the server picks the "
			 "certificate by SNI, a client that sends none gets "
			 "the default one."),
	.separate_by = N_("On the client: `openssl s_client -connect "
			  "SERVER:PORT -servername NAME </dev/null | "
			  "openssl x509 -noout -subject -ext "
			  "subjectAltName` and look for NAME in the list."),
	.fix = N_("Use a name that the certificate covers, or issue one "
		  "that lists NAME; check that the server serves the right "
		  "certificate for that name."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_CERTIFICATE,
	.shows = SYMPTOM_BIT(TLS_FAILED) | SYMPTOM_BIT(RESET_MID_STREAM),
	.needs = { FACT_TLS_SERVER_HELLO },
	.needs_any = { FACT_TLS_ALERT_CLIENT, FACT_TLS_ALERT_SERVER,
		       FACT_CLIENT_RST, FACT_CERT_OTHER_NAME },
	.ruled_out_by = { FACT_TLS_ALERT_VERSION, FACT_TLS_ALERT_HANDSHAKE,
			  FACT_TLS_ALERT_NAME, FACT_TLS_ALERT_CA,
			  FACT_TLS_ALERT_NEEDED, FACT_TLS_ALERT_EXPIRED,
			  FACT_TLS_ALERT_SERVER, FACT_CERT_NAME_GOOD,
			  FACT_LOCAL_CERT_NAME_GOOD, FACT_LOCAL_TLS_OLD },
	.favoured_by = { FACT_TLS_ALERT_CERTIFICATE, FACT_CERT_OTHER_NAME,
			 FACT_LOCAL_CERT_OTHER_NAME },
	.proven_by = FACT_CERT_NAME_WRONG,
};
