#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_router_forwarding_off = {
	.id = "router-forwarding-off",
	.number = 112,
	.title = N_("The router does not forward: IP forwarding is off"),
	.meaning = N_("The machine that should route between the networks "
		      "has IP forwarding switched off, so it takes packets "
		      "only for itself and drops the rest silently."),
	.told_apart = N_("The router itself answers ping, and nothing "
			 "behind it does. A drop in its FORWARD rules looks "
			 "the same, but there a rule's counter moves; here "
			 "InAddrErrors does."),
	.separate_by = N_("On the router: `sysctl net.ipv4.ip_forward "
			  "net.ipv6.conf.all.forwarding`, and `nstat -az "
			  "IpInAddrErrors` before and after one attempt."),
	.fix = N_("Set `sysctl -w net.ipv4.ip_forward=1` (for IPv6 "
		  "`net.ipv6.conf.all.forwarding=1`) and write it to "
		  "/etc/sysctl.d; find out which program or update switched "
		  "it off."),
	.place = PLACE_ROUTER,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_SYSCTL,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(UDP_UNANSWERED) |
		 SYMPTOM_BIT(SYNACK_UNANSWERED) |
		 SYMPTOM_BIT(HANDSHAKE_INCOMPLETE),
	.ruled_out_by = { FACT_ARP_ANSWERED, FACT_IS_LOOPBACK,
			  FACT_SYNACK_ARRIVED, FACT_ICMP_ERROR, FACT_HOST_PINGS,
			  FACT_HOST_SERVES, FACT_SYN_ARRIVED, FACT_SYNACK_RESET,
			  FACT_ACK_FOR_SYN, FACT_SYNACK_OTHER_SOURCE,
			  FACT_ADDRESS_FORWARDED, FACT_ADDRESS_NOT_OWN },
	.found_by = { FACT_FORWARDING_OFF },
	.proven_by = FACT_ADDRESS_COUNTED,
	.dropped_as = { FACT_DROP_NOT_OURS, FACT_DROP_NO_ROUTE },
};
