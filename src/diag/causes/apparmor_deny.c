#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_apparmor_deny = {
	.id = "apparmor-deny",
	.number = 162,
	.title = N_("AppArmor keeps the client program from using the network"),
	.meaning =
		N_("The AppArmor profile of the program, or of its container "
		   "or snap, does not allow this kind of socket."),
	.told_apart = N_(
		"socket() or connect() fails with \"Permission denied\", and "
		"the kernel log has apparmor=\"DENIED\"; an unconfined shell "
		"works."),
	.separate_by = N_(
		"On the client: `journalctl -k | grep 'apparmor=\"DENIED\"'`; "
		"`aa-status`; /proc/PID/attr/current names the profile."),
	.fix = N_("Add `network inet stream,` (inet6, dgram as needed) to the "
		  "profile and reload it with `apparmor_parser -r`."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_PROCESS,
	.shows = SYMPTOM_BIT(LOCAL_REFUSED),
	.needs = { FACT_CONNECT_EACCES },
	.ruled_out_by = { FACT_APPARMOR_OFF, FACT_ROUTE_PROHIBIT,
			  FACT_ROUTE_RULE_REFUSES },
	.proven_by = FACT_APPARMOR_DENIED,
};
