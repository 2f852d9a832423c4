#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_sshd_maxstartups = {
	.id = "sshd-maxstartups",
	.number = 63,
	.title = N_("sshd has too many unauthenticated connections"),
	.meaning = N_("sshd drops new connections before the login because "
		      "MaxStartups or PerSourceMaxStartups is reached, or "
		      "because it penalizes the client's address."),
	.told_apart = N_("It fails at random under load and works again by "
			 "itself; older versions close without a word, "
			 "newer ones say \"Exceeded MaxStartups\" first. "
			 "TCP wrappers refuse every time."),
	.separate_by = N_("On the server: `journalctl -u ssh -u sshd -g "
			  "'MaxStartups|penalty'`, and `pgrep -fc 'sshd: "
			  ".*(accepted|priv|net)'` against `sshd -T | grep "
			  "-i maxstartups`."),
	.fix = N_("Keep the scanners that fill the slots out with a "
		  "firewall or fail2ban, and raise MaxStartups in "
		  "sshd_config; clients that log in by script should not "
		  "all start in the same second."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_CONFIG_LINE,
	.shows = SYMPTOM_BIT(CLOSED_AFTER_CONNECT) |
		 SYMPTOM_BIT(RESET_AFTER_CONNECT) | SYMPTOM_BIT(SERVICE_ERROR),
	.needs_any = { FACT_SERVER_CLOSED_FIRST, FACT_RST_BEFORE_DATA,
		       FACT_SSH_MAXSTARTUPS },
	.ruled_out_by = { FACT_CLIENT_RST_AT_ONCE, FACT_TLS_CLIENT_HELLO,
			  FACT_CLOSED_AFTER_5S, FACT_WRAPPERS_DENY,
			  FACT_WRAPPERS_PARANOID, FACT_SUPERSERVER_DENIES,
			  FACT_SUPERSERVER_PROGRAM, FACT_SERVICE_NOT_SSHD },
	.favoured_by = { FACT_SERVER_FIRST, FACT_SSH_MAXSTARTUPS },
	.proven_by = FACT_SSH_MAXSTARTUPS,
};
