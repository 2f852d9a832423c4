#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_tls_untrusted_ca = {
	.id = "tls-untrusted-ca",
	.number = 148,
	.title = N_("The certificate's issuer is not trusted"),
	.meaning = N_("The certificate is self-signed, or its chain ends at "
		      "an authority that the checking side does not know, "
		      "or an intermediate certificate is missing."),
	.told_apart = N_("The alert is unknown_ca, or certificate_unknown "
			 "with some clients. If browsers succeed and "
			 "command line programs fail, the server most "
			 "likely forgets the intermediate certificate."),
	.separate_by = N_("On the client: `openssl s_client -connect "
			  "SERVER:PORT -servername NAME -showcerts "
			  "</dev/null` and read `Verify return code`: 18 "
			  "and 19 are self-signed, 20 and 21 lack an "
			  "issuer."),
	.fix = N_("Let the server send the full chain (`fullchain.pem`), or "
		  "install the private authority on the client "
		  "(/usr/local/share/ca-certificates and "
		  "`update-ca-certificates`). Do not switch the check off."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_CERTIFICATE,
	.shows = SYMPTOM_BIT(TLS_FAILED) | SYMPTOM_BIT(RESET_MID_STREAM),
	.needs = { FACT_TLS_SERVER_HELLO },
	.needs_any = { FACT_TLS_ALERT_CLIENT, FACT_TLS_ALERT_SERVER,
		       FACT_CLIENT_RST, FACT_CERT_UNTRUSTED },
	.ruled_out_by = { FACT_TLS_ALERT_VERSION, FACT_TLS_ALERT_HANDSHAKE,
			  FACT_TLS_ALERT_NAME, FACT_TLS_ALERT_NEEDED,
			  FACT_TLS_ALERT_EXPIRED, FACT_CERT_TRUSTED,
			  FACT_LOCAL_CERT_OTHER_NAME, FACT_LOCAL_TLS_OLD },
	.favoured_by = { FACT_TLS_ALERT_CA, FACT_CERT_UNTRUSTED,
			 FACT_LOCAL_CERT_ISSUER },
	.proven_by = FACT_CERT_CHAIN_WRONG,
};
