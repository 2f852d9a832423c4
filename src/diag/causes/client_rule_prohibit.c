#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_client_rule_prohibit = {
	.id = "client-rule-prohibit",
	.number = 87,
	.title = N_("A policy routing rule on the client refuses the packets"),
	.meaning =
		N_("An `ip rule` of the client with the action prohibit, "
		   "blackhole or unreachable fits the packets (by their "
		   "source, mark, user or destination), so no table is asked."),
	.told_apart = N_("The errors are those of prohibit, blackhole and "
			 "unreachable routes, but no table holds such a route; "
			 "another user or source address may get through."),
	.separate_by =
		N_("On the client: `ip rule` and `ip -6 rule`; `ip route get "
		   "SERVER from SOURCE uid UID mark MARK` fails as the program "
		   "does."),
	.fix = N_("Delete or narrow the rule (`ip rule del pref N`), also "
		  "where it is set up: VPN settings, a network manager, "
		  "scripts."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_POLICY_RULE,
	.shows = SYMPTOM_BIT(LOCAL_REFUSED),
	.needs_any = { FACT_CONNECT_EACCES, FACT_CONNECT_ENETUNREACH,
		       FACT_CONNECT_EINVAL, FACT_ROUTE_RULE_REFUSES },
	.ruled_out_by = { FACT_ROUTE_FOUND, FACT_ROUTE_NONE,
			  FACT_ROUTE_UNREACHABLE, FACT_ROUTE_PROHIBIT,
			  FACT_ROUTE_BLACKHOLE },
	.proven_by = FACT_ROUTE_RULE_REFUSES,
};
