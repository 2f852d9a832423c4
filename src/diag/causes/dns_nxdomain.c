#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_dns_nxdomain = {
	.id = "dns-nxdomain",
	.number = 137,
	.title = N_("The name does not exist, or has no address"),
	.meaning = N_("The name server answered that there is no such name, "
		      "or none of its records is an address: the name is "
		      "misspelt, its record is missing, it is an alias of a "
		      "name that is gone, or the search domain or the view "
		      "of the zone is not the right one."),
	.told_apart = N_("REFUSED, SERVFAIL and silence are faults of the "
			 "name server; NXDOMAIN is a clear answer. If a "
			 "name with the search domain appended fails and "
			 "the full name resolves next, nothing is wrong."),
	.separate_by = N_("On the client: `getent ahosts NAME; dig NAME; "
			  "dig @SERVER NAME` compares what the program gets "
			  "with the resolver's answer and with that of the "
			  "zone's own server."),
	.fix = N_("Correct the name, add the record to the zone, or correct "
		  "`search` and `nameserver` in /etc/resolv.conf (internal "
		  "names need the internal resolver)."),
	.place = PLACE_DNS,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_NAME_RECORD,
	.shows = SYMPTOM_BIT(NAME_NOT_RESOLVED),
	.needs_any = { FACT_DNS_NXDOMAIN, FACT_NAME_EMPTY,
		       FACT_NAME_MALFORMED },
	.proven_by = FACT_DNS_NXDOMAIN,
};
