#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_tls_version_mismatch = {
	.id = "tls-version-mismatch",
	.number = 149,
	.title = N_("Client and server have no TLS version in common"),
	.meaning = N_("One side speaks only old TLS versions and the other "
		      "only new ones, so the handshake ends with "
		      "protocol_version, or with a close or reset where the "
		      "server is less polite."),
	.told_apart = N_("A missing common cipher usually gives "
			 "handshake_failure instead. A port that does not "
			 "speak TLS at all answers with something that is "
			 "not a TLS record."),
	.separate_by = N_("On the client: `openssl s_client -connect "
			  "SERVER:PORT -tls1_2` and the same with "
			  "`-tls1_3`; the version that connects is the one "
			  "the server has (older ones need `-cipher "
			  "DEFAULT@SECLEVEL=0` to be tried at all)."),
	.fix = N_("Enable TLS 1.2 and 1.3 on the side that lacks them "
		  "(update its library), rather than the old versions on "
		  "the other; look at `MinProtocol` in openssl.cnf and at "
		  "the service's own setting."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_CONFIG_LINE,
	.shows = SYMPTOM_BIT(TLS_FAILED) | SYMPTOM_BIT(RESET_AFTER_CONNECT) |
		 SYMPTOM_BIT(CLOSED_AFTER_CONNECT),
	.needs_any = { FACT_TLS_CLIENT_HELLO, FACT_TLS_ALERT_SERVER,
		       FACT_TLS_ALERT_CLIENT },
	.ruled_out_by = { FACT_CLIENT_RST_AT_ONCE, FACT_TLS_ALERT_NAME,
			  FACT_TLS_ALERT_CERTIFICATE, FACT_TLS_ALERT_EXPIRED,
			  FACT_TLS_ALERT_CA, FACT_TLS_ALERT_NEEDED,
			  FACT_TLS_CERTIFICATE_ASKED, FACT_TLS_UP,
			  FACT_LOCAL_TLS_CIPHERS },
	.favoured_by = { FACT_TLS_ALERT_VERSION, FACT_LOCAL_TLS_VERSIONS,
			 FACT_LOCAL_TLS_OLD },
};
