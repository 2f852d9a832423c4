#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_dns_tcp_fallback_blocked = {
	.id = "dns-tcp-fallback-blocked",
	.number = 143,
	.title = N_("DNS over TCP is blocked, and the answer needs it"),
	.meaning = N_("The answer does not fit into a datagram and came "
		      "truncated, so the client asks again over TCP port "
		      "53, and that connection is dropped or refused."),
	.told_apart = N_("Short answers from the same server arrive over "
			 "UDP, so the server is up; only large records "
			 "(many addresses, TXT, DNSSEC) fail."),
	.separate_by = N_("On the client: `dig +notcp +ignore NAME` shows "
			  "the flag tc, and `dig +tcp @SERVER NAME` fails."),
	.fix = N_("Open TCP port 53 to the name server on every firewall "
		  "between the two, and let the server listen on TCP as "
		  "well (RFC 7766 requires it)."),
	.place = PLACE_DNS,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_FIREWALL_RULE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_RST) |
		 SYMPTOM_BIT(REFUSED_BY_ICMP) | SYMPTOM_BIT(NAME_NOT_RESOLVED),
	.needs = { FACT_DNS_TRUNCATED },
	.ruled_out_by = { FACT_SYNACK_OTHER_SOURCE },
};
