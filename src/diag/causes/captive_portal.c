#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_captive_portal = {
	.id = "captive-portal",
	.number = 171,
	.title = N_("A captive portal answers or blocks until you log in"),
	.meaning = N_("The network (a hotel, train or guest WLAN) lets "
		      "nothing out before its login page was used; it "
		      "answers web requests itself and drops or refuses the "
		      "rest."),
	.told_apart = N_("Every destination is affected alike, and "
			 "certificates are wrong for every name. On another "
			 "network, or after the login, everything works."),
	.separate_by = N_("On the client: `curl -sI "
			  "http://detectportal.firefox.com/canonical.html`; "
			  "a redirect instead of 200 is the portal."),
	.fix = N_("Open a plain http page in a browser and log in, or ask "
		  "the network's operator to admit the device's MAC "
		  "address."),
	.place = PLACE_PATH,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_MIDDLEBOX,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_RST) |
		 SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(RESET_AFTER_CONNECT) | SYMPTOM_BIT(TLS_FAILED) |
		 SYMPTOM_BIT(WRONG_SERVICE) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_CLIENT_RST_AT_ONCE,
			  FACT_SYNACK_OTHER_SOURCE, FACT_ICMP_LEFT_SERVER,
			  FACT_RST_LEFT_SERVER, FACT_IS_LOOPBACK,
			  FACT_SYN_ARRIVED, FACT_PLAIN_TO_TLS,
			  FACT_OTHER_PROTOCOL, FACT_TLS_ALERT_VERSION,
			  FACT_TLS_ALERT_HANDSHAKE, FACT_TLS_ALERT_NEEDED,
			  FACT_ICMP_FROM_TARGET, FACT_ICMP_FROM_CLIENT,
			  FACT_ICMP_TTL, FACT_ICMP_REASSEMBLY,
			  FACT_HOST_SERVES_SSH, FACT_ADDRESS_OWN },
};
