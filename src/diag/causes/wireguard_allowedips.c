#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_wireguard_allowedips = {
	.id = "wireguard-allowedips",
	.number = 173,
	.title = N_("WireGuard's AllowedIPs do not cover the address"),
	.meaning = N_("The destination belongs to no peer's AllowedIPs, or "
		      "the source does not belong to the sender's on the "
		      "other side, so WireGuard refuses or silently drops "
		      "the packet inside the tunnel."),
	.told_apart = N_("The tunnel interface is up and other addresses "
			 "may work through it. On the client the error "
			 "\"Required key not available\" is unique to "
			 "WireGuard; on the far side nothing is logged."),
	.separate_by = N_("On the client: `wg show` for the allowed ips and "
			  "the latest handshake of the peer that should "
			  "carry SERVER; then the same on the server for "
			  "CLIENT."),
	.fix = N_("Add the missing address to `AllowedIPs` of the right "
		  "peer on both sides (each address may belong to one peer "
		  "only), then `wg syncconf` or restart the interface."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_CONFIG_LINE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_UNANSWERED) | SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_SYNACK_OTHER_SOURCE,
			  FACT_SYN_ARRIVED, FACT_HOST_PINGS, FACT_HOST_SERVES,
			  FACT_ICMP_FROM_TARGET, FACT_ICMP_PROHIBITED,
			  FACT_ICMP_PORT, FACT_ICMP_NET, FACT_ICMP_PROTOCOL,
			  FACT_ICMP_REJECT_ROUTE, FACT_ICMP_TTL,
			  FACT_ICMP_REASSEMBLY },
};
