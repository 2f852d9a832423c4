#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_firewall_reject_rst = {
	.id = "firewall-reject-rst",
	.number = 6,
	.title = N_("A firewall rule on the server refuses it with a RST"),
	.meaning = N_("A rule with `--reject-with tcp-reset` (nft: `reject "
		      "with tcp reset`) answers in place of the service."),
	.told_apart = N_("From outside it is byte for byte what a closed "
			 "port sends. A closed port moves Tcp:OutRsts on "
			 "the server; a REJECT moves only the counter of "
			 "its rule."),
	.separate_by = N_("On the server: `nstat -az TcpOutRsts` and "
			  "`iptables-save -c` (or `nft list ruleset`) "
			  "before and after one attempt: OutRsts still and "
			  "a REJECT rule's counter moving means the rule."),
	.fix = N_("Remove the rule, or narrow it so that it spares this "
		  "client and port, and save the rules."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(REFUSED_BY_RST) | SYMPTOM_BIT(RESET_MID_STREAM),
	.needs_any = { FACT_RST_FOR_SYN, FACT_SERVER_RST },
	.ruled_out_by = { FACT_RST_FROM_STACK, FACT_KERNEL_RST },
	.favoured_by = { FACT_RST_LEFT_SERVER, FACT_PORT_SERVED_OTHERS },
	.ruled_by = FACT_RULES_REJECT_RST,
	.dropped_as = { FACT_DROP_RULES },
};
