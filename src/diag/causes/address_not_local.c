#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_address_not_local = {
	.id = "address-not-local",
	.number = 121,
	.title = N_("The server does not own the address that is asked for"),
	.meaning = N_("The packets are delivered to this server, but their "
		      "destination is not one of its addresses: a virtual "
		      "or floating IP that moved away or never came up, or "
		      "a cloud address without its alias."),
	.told_apart = N_("It looks like a firewall drop, but no rule counts "
			 "it: InAddrErrors grows. The host answers on its "
			 "other addresses."),
	.separate_by = N_("On the server: `ip route get SERVER from CLIENT "
			  "iif IF` does not say `local`, `ip -br addr` "
			  "lacks the address, and `nstat -az "
			  "IpInAddrErrors` grows with each attempt."),
	.fix = N_("Add the address (`ip addr add SERVER/PREFIX dev IF`), or "
		  "let keepalived, pacemaker or the cloud's agent bring it "
		  "up where it belongs."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_LINK,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED),
	.ruled_out_by = { FACT_SYN_NOT_ARRIVED, FACT_SYN_OTHER_MAC,
			  FACT_SYNACK_OTHER_SOURCE, FACT_IS_LOOPBACK,
			  FACT_HOST_PINGS, FACT_HOST_SERVES,
			  FACT_PORT_SERVED_OTHERS, FACT_ADDRESS_OWN,
			  FACT_ADDRESS_FORWARDED, FACT_FORWARDING_OFF },
	.favoured_by = { FACT_SYN_ARRIVED },
	.found_by = { FACT_ADDRESS_NOT_OWN },
	.proven_by = FACT_ADDRESS_COUNTED,
	.dropped_as = { FACT_DROP_NOT_OURS, FACT_DROP_NO_ROUTE },
};
