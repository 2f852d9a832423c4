#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_dns_hosts_stale = {
	.id = "dns-hosts-stale",
	.number = 139,
	.title = N_("/etc/hosts on the client overrides DNS"),
	.meaning = N_("A line in the client's /etc/hosts gives the name an "
		      "old address, so the program never asks DNS and goes "
		      "to the wrong host."),
	.told_apart = N_("With a wrong DNS record the trace holds a DNS "
			 "answer with this very address; here the client "
			 "asks nothing, and only this client is affected."),
	.separate_by = N_("On the client: `getent ahosts NAME` and `dig "
			  "+short NAME` differ, and `grep -n NAME "
			  "/etc/hosts` shows the line."),
	.fix = N_("Delete or correct the line in /etc/hosts (on Windows "
		  "C:\\Windows\\System32\\drivers\\etc\\hosts) and restart "
		  "programs that keep the old address."),
	.place = PLACE_DNS,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_CONFIG_LINE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_RST) |
		 SYMPTOM_BIT(REFUSED_BY_ICMP) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(ARP_UNANSWERED) | SYMPTOM_BIT(TLS_FAILED) |
		 SYMPTOM_BIT(WRONG_SERVICE),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_SYNACK_OTHER_SOURCE,
			  FACT_ICMP_LEFT_SERVER, FACT_RST_LEFT_SERVER,
			  FACT_ICMP_FROM_CLIENT, FACT_DNS_QUERY, FACT_HAS_NAME,
			  FACT_SYN_ARRIVED, FACT_PLAIN_TO_TLS,
			  FACT_TLS_ALERT_VERSION, FACT_TLS_ALERT_HANDSHAKE,
			  FACT_TLS_ALERT_NEEDED, FACT_NAME_IS_LITERAL,
			  FACT_NAME_NOT_IN_HOSTS, FACT_NAME_HOSTS_AGREES,
			  FACT_GATEWAY_SILENT },
	.favoured_by = { FACT_NAME_HOSTS_DIFFERS },
	.proven_by = FACT_NAME_HOSTS_STALE,
};
