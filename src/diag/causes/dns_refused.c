#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_dns_refused = {
	.id = "dns-refused",
	.number = 141,
	.title = N_("The name server refuses or fails to answer"),
	.meaning = N_("The name server was reached and says REFUSED (it "
		      "does not serve this client, or does not recurse for "
		      "it) or SERVFAIL (it could not get the answer itself, "
		      "or DNSSEC validation failed)."),
	.told_apart = N_("NXDOMAIN would mean that the name does not exist; "
			 "here nothing is said of the name. Another "
			 "resolver usually gives an address."),
	.separate_by = N_("On the client: `dig @SERVER NAME` and the same "
			  "with `+cd`; if only `+cd` succeeds, DNSSEC "
			  "validation fails. On the name server: its log "
			  "and its `allow-query` and `allow-recursion` "
			  "lists."),
	.fix = N_("Allow this client in the name server's access lists, "
		  "mend its forwarders or the signed zone, or let the "
		  "client use a resolver that serves it."),
	.place = PLACE_DNS,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_CONFIG_LINE,
	.shows = SYMPTOM_BIT(NAME_NOT_RESOLVED),
	.needs_any = { FACT_DNS_REFUSED, FACT_DNS_SERVFAIL },
	.proven_by = FACT_DNS_REFUSED,
};
