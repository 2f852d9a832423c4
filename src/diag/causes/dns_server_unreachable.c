#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_dns_server_unreachable = {
	.id = "dns-server-unreachable",
	.number = 140,
	.title = N_("The name server does not answer"),
	.meaning = N_("The client's queries to its name server get no "
		      "answer: the address in resolv.conf is wrong, the "
		      "server is down, or port 53 is filtered on the way."),
	.told_apart = N_("A name that does not exist is answered at once; "
			 "here nothing comes back and programs fail after 5 "
			 "to 30 seconds. The same programs work with an IP "
			 "address."),
	.separate_by = N_("On the client: `cat /etc/resolv.conf; resolvectl "
			  "dns; dig @SERVER NAME`, then the same `dig` with "
			  "another name server; if that one answers, only "
			  "this server or the way to it is at fault."),
	.fix = N_("Put a name server that answers into the network settings "
		  "(resolv.conf is often generated), or start it and open "
		  "UDP and TCP port 53 to it."),
	.place = PLACE_DNS,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_CONFIG_LINE,
	.shows = SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(UDP_REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(NAME_NOT_RESOLVED) | SYMPTOM_BIT(SLOW),
	.needs_any = { FACT_DNS_QUERY, FACT_NAME_SERVER_SILENT,
		       FACT_NAME_SERVER_CLOSED, FACT_NAME_SERVER_NOT_SENT,
		       FACT_NAME_SERVER_DEAD },
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_NAME_NSSWITCH },
	.favoured_by = { FACT_DNS_QUERY },
	.proven_by = FACT_NAME_SERVER_DEAD,
};
