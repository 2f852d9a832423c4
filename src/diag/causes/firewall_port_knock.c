#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_firewall_port_knock = {
	.id = "firewall-port-knock",
	.number = 22,
	.title = N_("The port stays closed until the client knocks"),
	.meaning = N_("The port opens only for a client that has first "
		      "tried a sequence of other ports (knockd, or a recent "
		      "list that another rule fills)."),
	.told_apart = N_("It is silent for everybody who has not knocked. "
			 "The accept rule asks for membership in a list or "
			 "set that another rule fills."),
	.separate_by = N_("On the server: `iptables-save | grep -E "
			  "'recent|knock'`, `nft list sets` and `systemctl "
			  "status knockd`; see whether CLIENT is in the "
			  "list."),
	.fix = N_("Knock first (`knock SERVER` with the sequence), or add a "
		  "lasting accept for this client."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_UNANSWERED) | SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_SYN_NOT_ARRIVED,
			  FACT_SYN_OTHER_MAC, FACT_ICMP_FROM_OTHER,
			  FACT_ICMP_FROM_CLIENT, FACT_ICMP_LATE, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY, FACT_SYNACK_OTHER_SOURCE,
			  FACT_ICMP_BY_KERNEL },
	.favoured_by = { FACT_PORT_SERVED_AFTER, FACT_PORT_SERVED_OTHERS },
	.looked_by = { FACT_RULES_READ },
	.ruled_by = FACT_RULES_KNOCK,
	.dropped_as = { FACT_DROP_RULES },
};
