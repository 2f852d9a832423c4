#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_udp_drop = {
	.id = "udp-drop",
	.number = 127,
	.title = N_("A packet filter drops the datagrams"),
	.meaning = N_("A firewall rule or policy, on the server or before "
		      "it, discards the UDP datagrams without an answer."),
	.told_apart = N_("UDP has no handshake, so a dropped request, a "
			 "silent service and a lost reply all look alike "
			 "from the client. A drop moves a rule or policy "
			 "counter while Udp:InDatagrams stands still."),
	.separate_by = N_("On the server: `tcpdump -ni any 'udp port PORT "
			  "and host CLIENT'`; if the datagrams arrive, "
			  "compare `iptables-save -c` (or `nft list "
			  "ruleset`) before and after one attempt and look "
			  "for the DROP that moved."),
	.fix = N_("Accept this UDP port from this source above the dropping "
		  "rule (many rule sets open only TCP), on the server or on "
		  "the box before it, and save the rules."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(UDP_UNANSWERED),
	.favoured_by = { FACT_HOST_PINGS, FACT_HOST_SERVES },
	.looked_by = { FACT_RULES_READ },
	.ruled_by = FACT_RULES_UDP,
	.dropped_as = { FACT_DROP_RULES },
};
