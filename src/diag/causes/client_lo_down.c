#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_client_lo_down = {
	.id = "client-lo-down",
	.number = 91,
	.title = N_("The client's loopback interface is down"),
	.meaning = N_("The address is the client's own, so the packets go over "
		      "the loopback interface, which is not up."),
	.told_apart =
		N_("With other addresses everything works. If lo was never up, "
		   "connect() says \"Network is unreachable\"; if it was taken "
		   "down later, the SYN vanishes."),
	.separate_by =
		N_("On the client: `ip -br link show lo` does not say UP."),
	.fix = N_("`ip link set lo up`; in a new network namespace or "
		  "container that is part of setting it up."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_LINK,
	.shows = SYMPTOM_BIT(LOCAL_REFUSED) | SYMPTOM_BIT(SYN_UNANSWERED) |
		 SYMPTOM_BIT(SYN_NOT_SENT) | SYMPTOM_BIT(UDP_UNANSWERED),
	.needs = { FACT_LO_DOWN },
	.proven_by = FACT_LO_DOWN,
};
