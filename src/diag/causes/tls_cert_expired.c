#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_tls_cert_expired = {
	.id = "tls-cert-expired",
	.number = 145,
	.title = N_("The certificate has expired, or is not valid yet"),
	.meaning = N_(
		"The certificate, or one above it in the chain, is "
		"outside its dates, most often past the end, so the side that checks it gives "
		"up the TLS handshake."),
	.told_apart = N_("The alert's direction tells whose certificate it "
			 "is: sent by the client it is about the server's, "
			 "sent by the server about the client's. A wrong "
			 "clock on the checking side gives the same alert "
			 "for a good certificate."),
	.separate_by = N_("On the client: `openssl s_client -connect "
			  "SERVER:PORT -servername NAME </dev/null | "
			  "openssl x509 -noout -dates`, compared with `date "
			  "-u`."),
	.fix = N_("Renew the certificate, install the whole new chain and "
		  "reload the service; an automatic renewal that succeeded "
		  "without a reload looks exactly like this."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_CERTIFICATE,
	.shows = SYMPTOM_BIT(TLS_FAILED) | SYMPTOM_BIT(RESET_MID_STREAM),
	.needs = { FACT_TLS_SERVER_HELLO },
	.needs_any = { FACT_TLS_ALERT_CLIENT, FACT_TLS_ALERT_SERVER,
		       FACT_CLIENT_RST, FACT_CERT_EXPIRED,
		       FACT_CERT_NOT_YET_VALID },
	.ruled_out_by = { FACT_TLS_ALERT_VERSION, FACT_TLS_ALERT_HANDSHAKE,
			  FACT_TLS_ALERT_NAME, FACT_TLS_ALERT_CA,
			  FACT_TLS_ALERT_NEEDED, FACT_CERT_DATES_GOOD,
			  FACT_CLOCK_WRONG, FACT_LOCAL_CERT_DATES_GOOD,
			  FACT_LOCAL_CERT_OTHER_NAME, FACT_LOCAL_TLS_OLD },
	.favoured_by = { FACT_TLS_ALERT_EXPIRED, FACT_CERT_EXPIRED,
			 FACT_LOCAL_CERT_EXPIRED },
	.proven_by = FACT_CERT_DATES_WRONG,
};
