#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_tls_clock_skew = {
	.id = "tls-clock-skew",
	.number = 146,
	.title = N_("A wrong clock makes the certificate look invalid"),
	.meaning = N_("The clock of the side that checks the certificate is "
		      "wrong, so a good certificate looks expired or not "
		      "yet valid."),
	.told_apart = N_("The certificate's dates are fine on any other "
			 "machine. Only this client fails, and it fails "
			 "with every server whose certificate is recent."),
	.separate_by = N_("On the client: `date -u; timedatectl; chronyc "
			  "tracking`, compared with the `notBefore` and "
			  "`notAfter` that `openssl s_client` shows for the "
			  "server."),
	.fix = N_("Set the clock and keep it right (`timedatectl set-ntp "
		  "true`, or chrony); replace the battery of a machine that "
		  "forgets the time, and check the host's clock under "
		  "virtual machines."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_NONE,
	.shows = SYMPTOM_BIT(TLS_FAILED) | SYMPTOM_BIT(RESET_MID_STREAM),
	.needs = { FACT_TLS_SERVER_HELLO },
	.needs_any = { FACT_TLS_ALERT_CLIENT, FACT_TLS_ALERT_SERVER,
		       FACT_CLIENT_RST, FACT_CERT_EXPIRED,
		       FACT_CERT_NOT_YET_VALID },
	.ruled_out_by = { FACT_TLS_ALERT_VERSION, FACT_TLS_ALERT_HANDSHAKE,
			  FACT_TLS_ALERT_NAME, FACT_TLS_ALERT_CA,
			  FACT_TLS_ALERT_NEEDED, FACT_CERT_DATES_GOOD,
			  FACT_CLOCK_RIGHT, FACT_LOCAL_CERT_EXPIRED,
			  FACT_LOCAL_CERT_OTHER_NAME, FACT_LOCAL_TLS_OLD },
	.favoured_by = { FACT_CLOCK_DIFFERS, FACT_CERT_NOT_YET_VALID,
			 FACT_LOCAL_CERT_DATES_GOOD },
	.proven_by = FACT_CLOCK_WRONG,
};
