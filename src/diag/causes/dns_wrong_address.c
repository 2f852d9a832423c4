#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_dns_wrong_address = {
	.id = "dns-wrong-address",
	.number = 138,
	.title = N_("DNS gives a wrong or old address for the name"),
	.meaning = N_("The name resolves, but to an address that is not (or "
		      "no longer) the intended server's, and the host there "
		      "behaves as it does for anyone who asks the wrong "
		      "one."),
	.told_apart = N_("The packets look as if the service or a firewall "
			 "were at fault. The intended server's capture "
			 "shows nothing at all, and connecting to its real "
			 "address works."),
	.separate_by = N_("On the client: `dig +noall +answer NAME` and "
			  "compare with the address that the server itself "
			  "shows in `ip -br addr` (or with its public "
			  "address); then try the right address directly."),
	.fix = N_("Correct the A or AAAA record, wait for the TTL or flush "
		  "the caches (`resolvectl flush-caches`), and look for a "
		  "split view that gives the outside an inside address."),
	.place = PLACE_DNS,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_NAME_RECORD,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_RST) |
		 SYMPTOM_BIT(REFUSED_BY_ICMP) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(ARP_UNANSWERED) | SYMPTOM_BIT(TLS_FAILED) |
		 SYMPTOM_BIT(WRONG_SERVICE),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_SYNACK_OTHER_SOURCE,
			  FACT_ICMP_LEFT_SERVER, FACT_RST_LEFT_SERVER,
			  FACT_ICMP_FROM_CLIENT, FACT_DNS_QUERY,
			  FACT_SYN_ARRIVED, FACT_PLAIN_TO_TLS,
			  FACT_TLS_ALERT_VERSION, FACT_TLS_ALERT_HANDSHAKE,
			  FACT_TLS_ALERT_NEEDED, FACT_NAME_IS_LITERAL,
			  FACT_NAME_FROM_HOSTS, FACT_NAME_HOSTS_DIFFERS,
			  FACT_GATEWAY_SILENT },
	.favoured_by = { FACT_NAME_SERVERS_DIFFER, FACT_NAME_SEARCH_DIFFERS,
			 FACT_NAME_OTHER_WORKS },
};
