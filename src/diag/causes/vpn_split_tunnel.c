#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_vpn_split_tunnel = {
	.id = "vpn-split-tunnel",
	.number = 172,
	.title = N_("A VPN takes the packets another way"),
	.meaning = N_("A VPN client put a route to the server into the "
		      "tunnel although it should go directly, or failed to "
		      "do so although it should go through the tunnel."),
	.told_apart = N_("The path itself and the server are fine: without "
			 "the VPN, or with it, the same connection works. "
			 "Ping to the server fails as well, because the "
			 "route is the same."),
	.separate_by = N_("On the client: `ip route get SERVER` (with the "
			  "program's own user or mark: `ip route get SERVER "
			  "uid UID mark MARK`); the device is the tunnel "
			  "where it should not be, or the reverse."),
	.fix = N_("Correct the tunnel's routes: `AllowedIPs` in WireGuard, "
		  "`route` and `redirect-gateway` in OpenVPN, the split "
		  "tunnel list of the VPN client."),
	.place = PLACE_CLIENT,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_ROUTE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_ICMP) |
		 SYMPTOM_BIT(UDP_UNANSWERED) | SYMPTOM_BIT(UDP_REFUSED_BY_ICMP),
	.ruled_out_by = { FACT_ICMP_TOO_BIG, FACT_SYNACK_OTHER_SOURCE,
			  FACT_ICMP_FROM_CLIENT, FACT_SYN_ARRIVED,
			  FACT_HOST_PINGS, FACT_HOST_SERVES,
			  FACT_ICMP_FROM_TARGET, FACT_ICMP_REASSEMBLY,
			  FACT_NO_TUNNEL, FACT_ROUTE_LOCAL,
			  FACT_GATEWAY_SILENT },
	.favoured_by = { FACT_ROUTE_TUNNEL },
};
