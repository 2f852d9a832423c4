#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_tls_client_cert_required = {
	.id = "tls-client-cert-required",
	.number = 152,
	.title = N_("The server wants a client certificate that it accepts"),
	.meaning = N_("The server asks for a client certificate, and the "
		      "client sent none, or one that the server does not "
		      "trust."),
	.told_apart = N_("A cipher problem ends the handshake before the "
			 "server's hello, this one after it. With TLS 1.3 "
			 "the request is encrypted: all that shows is a "
			 "server that closes or resets right after the "
			 "handshake."),
	.separate_by = N_("On the client: `openssl s_client -connect "
			  "SERVER:PORT -servername NAME </dev/null` lists "
			  "`Acceptable client certificate CA names`; the "
			  "same with `-cert FILE -key FILE` succeeds."),
	.fix = N_("Give the client a certificate from one of the listed "
		  "authorities, or set the server to `optional` or off "
		  "where none is wanted (`ssl_verify_client`, "
		  "`SSLVerifyClient`, `verify required`)."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_CERTIFICATE,
	.shows = SYMPTOM_BIT(TLS_FAILED) | SYMPTOM_BIT(RESET_MID_STREAM),
	.needs = { FACT_TLS_SERVER_HELLO },
	.needs_any = { FACT_TLS_ALERT_SERVER, FACT_SERVER_RST },
	.ruled_out_by = { FACT_TLS_ALERT_VERSION, FACT_TLS_ALERT_NAME,
			  FACT_TLS_ALERT_CLIENT },
	.favoured_by = { FACT_TLS_ALERT_NEEDED, FACT_TLS_CERTIFICATE_ASKED },
};
