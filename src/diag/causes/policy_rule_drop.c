#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_policy_rule_drop = {
	.id = "policy-rule-drop",
	.number = 122,
	.title = N_("A policy routing rule leads the packets nowhere"),
	.meaning = N_("An `ip rule` on the server sends the request or the "
		      "reply to a table that is empty or holds a blackhole "
		      "route, although the main table is fine."),
	.told_apart = N_("The packets look like those of a firewall drop. "
			 "With a missing route `ip route get CLIENT` fails "
			 "in any case; here it fails only with the source "
			 "address, mark or interface of the rule."),
	.separate_by = N_("On the server: `ip route get CLIENT from SERVER` "
			  "fails where `ip route get CLIENT` works; `ip "
			  "rule` names the table, `ip route show table N` "
			  "shows what is in it."),
	.fix = N_("Fill the table (`ip route add default via GATEWAY table "
		  "N`) or delete the rule (`ip rule del pref N`), also in "
		  "the script or VPN settings that make it."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_POLICY_RULE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED),
	.ruled_out_by = { FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_SYNACK_OTHER_SOURCE, FACT_POLICY_RULES_PASS,
			  FACT_ROUTE_BACK_NONE, FACT_ROUTE_BACK_REFUSED },
	.favoured_by = { FACT_SYN_ARRIVED },
	.found_by = { FACT_POLICY_RULE_IN, FACT_POLICY_RULE_BACK },
	.proven_by = FACT_ROUTE_BACK_COUNTED,
	.dropped_as = { FACT_DROP_NOT_OURS, FACT_DROP_NO_ROUTE,
			FACT_DROP_NONE },
};
