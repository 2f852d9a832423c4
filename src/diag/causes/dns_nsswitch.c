#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_dns_nsswitch = {
	.id = "dns-nsswitch",
	.number = 142,
	.title = N_("nsswitch.conf on the client keeps DNS out"),
	.meaning = N_("The hosts line of /etc/nsswitch.conf names no service "
		      "that asks DNS, or ends the search before its turn, so "
		      "programs never ask the name servers, which know the "
		      "name."),
	.told_apart = N_("With NXDOMAIN the name servers do not know the "
			 "name either; here `dig` finds it at once and "
			 "programs do not, and no query leaves the client."),
	.separate_by = N_("On the client: `getent ahosts NAME` fails and "
			  "`dig +short NAME` succeeds; `grep ^hosts: "
			  "/etc/nsswitch.conf` shows the line."),
	.fix = N_("Write `hosts: files dns` into /etc/nsswitch.conf (what "
		  "else is needed goes between the two, without "
		  "`[NOTFOUND=return]`), and restart programs that read it "
		  "before."),
	.place = PLACE_DNS,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_CONFIG_LINE,
	.shows = SYMPTOM_BIT(NAME_NOT_RESOLVED),
	.needs = { FACT_NAME_NSSWITCH },
	.proven_by = FACT_NAME_DNS_KNOWS,
};
