#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_client_landlock_deny = {
	.id = "client-landlock-deny",
	.number = 100,
	.title = N_("Landlock keeps the process from connecting to that port"),
	.meaning =
		N_("The process, or one that started it, restricted itself by "
		   "Landlock to certain TCP ports, and this one is not among "
		   "them."),
	.told_apart = N_(
		"connect() fails at once with \"Permission denied\" for this "
		"process and its children only, also where no route "
		"refuses. SELinux and AppArmor give the same error and "
		"write it to the audit log."),
	.separate_by =
		N_("On the client: the same command from another shell works; "
		   "since Linux 6.15 `journalctl -k | grep landlock` or the "
		   "audit log has a record."),
	.fix = N_("Allow the port in the settings of the sandbox that started "
		  "the program, or start it outside."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_PROCESS,
	.shows = SYMPTOM_BIT(LOCAL_REFUSED),
	.needs = { FACT_CONNECT_EACCES },
	.ruled_out_by = { FACT_LANDLOCK_OFF, FACT_ROUTE_PROHIBIT,
			  FACT_ROUTE_RULE_REFUSES },
	.proven_by = FACT_LANDLOCK_DENIES,
};
