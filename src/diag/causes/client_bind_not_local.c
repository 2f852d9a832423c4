#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_client_bind_not_local = {
	.id = "client-bind-not-local",
	.number = 96,
	.title =
		N_("The source address that was asked for is not the client's"),
	.meaning =
		N_("The program binds to an address that no interface of this "
		   "host has, so the kernel refuses before anything is sent."),
	.told_apart = N_(
		"bind() fails with \"Cannot assign requested address\"; with "
		"connect() the ports would be used up instead. Without a "
		"source address it works."),
	.separate_by =
		N_("On the client: `ip -br addr` does not list the address."),
	.fix = N_("Correct the source address in the program's settings, or "
		  "give the host the address (`ip addr add ADDRESS/LENGTH dev "
		  "IF`); a floating address may be on the other node now."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_SOCKET,
	.shows = SYMPTOM_BIT(LOCAL_REFUSED),
	.needs = { FACT_SOURCE_NOT_LOCAL },
	.needs_any = { FACT_BIND_EADDRNOTAVAIL, FACT_LOCAL_ERROR },
	.proven_by = FACT_SOURCE_NOT_LOCAL,
};
