#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_icmpv6_nd_blocked = {
	.id = "icmpv6-nd-blocked",
	.number = 144,
	.title = N_("A filter blocks IPv6 neighbour discovery"),
	.meaning = N_("A firewall drops ICMPv6 neighbour solicitations or "
		      "advertisements, so nobody on the link can find the "
		      "host's MAC address and it looks as if it were down."),
	.told_apart = N_("A host that is down does not see the question; "
			 "here the solicitation reaches a living host and "
			 "gets no answer. IPv4 on the same link works, "
			 "because ARP is another protocol."),
	.separate_by = N_("On the server: `tcpdump -ni IF 'icmp6 and "
			  "ip6[40] >= 135 and ip6[40] <= 136'` shows "
			  "solicitations and no advertisements, and "
			  "`ip6tables-save -c` (or `nft list ruleset`) a "
			  "counter that moves with them."),
	.fix = N_("Accept ICMPv6 types 133 to 136 and 2 (packet too big) "
		  "before every other rule, as RFC 4890 asks: `ip6tables -I "
		  "INPUT -p icmpv6 -j ACCEPT` to begin with."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) | SYMPTOM_BIT(ARP_UNANSWERED),
	.needs = { FACT_IS_V6 },
	.ruled_out_by = { FACT_ICMP_TOO_BIG,       FACT_SYN_NOT_ARRIVED,
			  FACT_SYN_OTHER_MAC,      FACT_SYNACK_OTHER_SOURCE,
			  FACT_HOST_PINGS,         FACT_HOST_SERVES,
			  FACT_ICMP_FROM_TARGET,   FACT_ICMP_PROHIBITED,
			  FACT_ICMP_PORT,          FACT_ICMP_NET,
			  FACT_ICMP_PROTOCOL,      FACT_ICMP_REJECT_ROUTE,
			  FACT_ICMP_TTL,           FACT_ICMP_REASSEMBLY,
			  FACT_GATEWAY_SILENT,     FACT_HOST_ON_LINK,
			  FACT_LINK_NO_CARRIER,    FACT_NO_ND_FILTER,
			  FACT_ANSWER_WOULD_LEAVE, FACT_ROUTE_BACK_NONE,
			  FACT_ROUTE_BACK_REFUSED, FACT_POLICY_RULE_BACK },
	.found_by = { FACT_ND_FILTERED },
};
