#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_firewall_catchall_reject = {
	.id = "firewall-catchall-reject",
	.number = 3,
	.title = N_("The firewall's final catch-all REJECT answers"),
	.meaning = N_("No rule accepts the port, so the REJECT at the end "
		      "of the server's rules answers, as in the default "
		      "rules of RHEL, CentOS and Fedora."),
	.told_apart = N_("A dead host gives host unreachable after about "
			 "three seconds and from a router; this comes at "
			 "once and from the server itself. If an ACCEPT for "
			 "the port stands below the REJECT, it is a matter "
			 "of order."),
	.separate_by = N_("On the server: `iptables -nvL INPUT "
			  "--line-numbers` (or `nft list ruleset`) before "
			  "and after one attempt; the counter of the last "
			  "REJECT goes up and no ACCEPT for PORT stands "
			  "anywhere."),
	.fix = N_("Insert an ACCEPT for the port above the catch-all "
		  "(`iptables -I INPUT` with its number, or `firewall-cmd "
		  "--permanent --add-port=PORT/tcp` and `firewall-cmd "
		  "--reload`) and save."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) | SYMPTOM_BIT(REFUSED_BY_RST),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_ICMP_FROM_OTHER,
			  FACT_ICMP_FROM_CLIENT, FACT_ICMP_LATE, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY, FACT_RST_FROM_STACK,
			  FACT_KERNEL_RST, FACT_ICMP_BY_KERNEL },
	.favoured_by = { FACT_ICMP_PROHIBITED, FACT_ICMP_LEFT_SERVER },
	.ruled_by = FACT_RULES_CATCHALL,
	.dropped_as = { FACT_DROP_RULES },
};
