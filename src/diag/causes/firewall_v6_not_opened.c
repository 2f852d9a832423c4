#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_firewall_v6_not_opened = {
	.id = "firewall-v6-not-opened",
	.number = 24,
	.title = N_("The firewall is open for IPv4 only"),
	.meaning = N_("The port was opened for IPv4 and not for IPv6, and "
		      "the name gives the client an IPv6 address first."),
	.told_apart = N_("Over IPv4 the same service answers at once. If "
			 "the IPv6 SYN does not even reach the server, the "
			 "IPv6 path is broken instead."),
	.separate_by = N_("On the server: `ip6tables-save -c` (or `nft list "
			  "ruleset`, tables of family ip6 and inet) before "
			  "and after `nc -6vz SERVER PORT` at the client."),
	.fix = N_("Accept the port for IPv6 too (`ip6tables -I INPUT`, or a "
		  "rule in an nft table of family inet), and save; or take "
		  "the AAAA record away if IPv6 is not meant to be served."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(REFUSED_BY_RST) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.needs = { FACT_IS_V6 },
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_SYN_NOT_ARRIVED,
			  FACT_SYN_OTHER_MAC, FACT_ICMP_FROM_OTHER,
			  FACT_ICMP_FROM_CLIENT, FACT_ICMP_LATE, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY, FACT_RST_FROM_STACK,
			  FACT_SYNACK_OTHER_SOURCE, FACT_KERNEL_RST,
			  FACT_ICMP_BY_KERNEL },
	.favoured_by = { FACT_SYN_ARRIVED, FACT_HAS_NAME, FACT_HOST_PINGS },
	.ruled_by = FACT_RULES_V6,
	.dropped_as = { FACT_DROP_RULES },
};
