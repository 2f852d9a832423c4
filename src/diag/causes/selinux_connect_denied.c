#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_selinux_connect_denied = {
	.id = "selinux-connect-denied",
	.number = 161,
	.title = N_("SELinux keeps the client program from connecting"),
	.meaning =
		N_("The policy does not let the program's domain connect to "
		   "ports of that type (name_connect), web servers and proxies "
		   "before all."),
	.told_apart =
		N_("connect() fails with \"Permission denied\", and the audit "
		   "log has an AVC record; the same program in an unconfined "
		   "shell works."),
	.separate_by = N_("On the client: `ausearch -m avc -ts recent | grep "
			  "name_connect`; `getenforce`."),
	.fix = N_("Set the boolean that allows it (`setsebool -P "
		  "httpd_can_network_connect on`) or label the port "
		  "(`semanage port -a -t TYPE -p tcp PORT`)."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_PROCESS,
	.shows = SYMPTOM_BIT(LOCAL_REFUSED),
	.needs = { FACT_CONNECT_EACCES },
	.ruled_out_by = { FACT_SELINUX_OFF, FACT_ROUTE_PROHIBIT,
			  FACT_ROUTE_RULE_REFUSES },
	.proven_by = FACT_SELINUX_DENIED,
};
