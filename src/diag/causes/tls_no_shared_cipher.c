#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_tls_no_shared_cipher = {
	.id = "tls-no-shared-cipher",
	.number = 150,
	.title = N_("Client and server share no cipher, group or signature"),
	.meaning = N_("The TLS versions fit, but the two sides accept no "
		      "cipher suite, key exchange group or signature "
		      "algorithm in common, or one finds the other's key "
		      "too weak."),
	.told_apart = N_("A version mismatch says protocol_version. The "
			 "same handshake_failure after a certificate "
			 "request means that the client's certificate is "
			 "missing."),
	.separate_by = N_("On the client: `nmap --script ssl-enum-ciphers "
			  "-p PORT SERVER` for what the server offers, and "
			  "`openssl ciphers -v` for what the client allows; "
			  "the service's log says `no shared cipher`."),
	.fix = N_("Allow a current suite on both sides (ECDHE with AES-GCM "
		  "or ChaCha20), give the server an RSA key of 2048 bits or "
		  "an ECDSA key that the client knows, and look at the "
		  "system's crypto policy (`update-crypto-policies "
		  "--show`)."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_CONFIG_LINE,
	.shows = SYMPTOM_BIT(TLS_FAILED) | SYMPTOM_BIT(RESET_AFTER_CONNECT) |
		 SYMPTOM_BIT(CLOSED_AFTER_CONNECT),
	.needs_any = { FACT_TLS_CLIENT_HELLO, FACT_TLS_ALERT_SERVER,
		       FACT_TLS_ALERT_CLIENT },
	.ruled_out_by = { FACT_CLIENT_RST_AT_ONCE, FACT_TLS_ALERT_VERSION,
			  FACT_TLS_ALERT_NAME, FACT_TLS_ALERT_CERTIFICATE,
			  FACT_TLS_ALERT_EXPIRED, FACT_TLS_ALERT_CA,
			  FACT_TLS_ALERT_NEEDED, FACT_TLS_CERTIFICATE_ASKED,
			  FACT_TLS_UP, FACT_LOCAL_TLS_VERSIONS,
			  FACT_LOCAL_TLS_OLD },
	.favoured_by = { FACT_TLS_ALERT_HANDSHAKE, FACT_LOCAL_TLS_CIPHERS },
};
