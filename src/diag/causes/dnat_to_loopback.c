#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_dnat_to_loopback = {
	.id = "dnat-to-loopback",
	.number = 36,
	.title = N_("A redirect to 127.0.0.1 is dropped by the routing code"),
	.meaning = N_("A DNAT rule sends connections from outside to a "
		      "loopback address, and without route_localnet the "
		      "kernel discards such packets."),
	.told_apart = N_("It is as silent as a DROP, but no rule's counter "
			 "moves except that of the DNAT rule, and the "
			 "service works on the host itself."),
	.separate_by = N_("On the server: `iptables -t nat -S PREROUTING` "
			  "(or `nft list ruleset`) for a target in "
			  "127.0.0.0/8, and `sysctl "
			  "net.ipv4.conf.all.route_localnet "
			  "net.ipv4.conf.IF.route_localnet`."),
	.fix = N_("Send the DNAT to the host's real address and let the "
		  "service listen there; set route_localnet=1 only together "
		  "with a filter for other 127.0.0.0/8 traffic."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED),
	.ruled_out_by = { FACT_NO_DNAT, FACT_SYN_NOT_ARRIVED,
			  FACT_SYN_OTHER_MAC, FACT_SYNACK_OTHER_SOURCE },
	.favoured_by = { FACT_SYN_ARRIVED },
	.found_by = { FACT_DNAT_LOOPBACK },
	.looked_by = { FACT_RULES_READ },
	.dropped_as = { FACT_DROP_LOOPBACK },
};
