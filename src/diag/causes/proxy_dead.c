#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_proxy_dead = {
	.id = "proxy-dead",
	.number = 155,
	.title = N_("The connection goes to a proxy that is down"),
	.meaning = N_("The program uses a proxy (from its environment or "
		      "settings), and that proxy cannot be reached; the "
		      "server that was meant is not even tried."),
	.told_apart = N_("The packets look as with any dead or closed host, "
			 "but their destination is not the server that was "
			 "asked for. Programs that do not use the proxy get "
			 "through."),
	.separate_by = N_("On the client: `tr '\\0' '\\n' < "
			  "/proc/PID/environ | grep -i proxy` for the "
			  "failing program, then `curl -v --noproxy '*' "
			  "URL`, which goes directly."),
	.fix = N_("Repair or restart the proxy, correct its address, or "
		  "take it out (`unset http_proxy https_proxy all_proxy`, "
		  "or the host in `no_proxy`)."),
	.place = PLACE_PATH,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_CONFIG_LINE,
	.shows = SYMPTOM_BIT(SYN_UNANSWERED) | SYMPTOM_BIT(REFUSED_BY_RST) |
		 SYMPTOM_BIT(REFUSED_BY_ICMP) | SYMPTOM_BIT(ARP_UNANSWERED),
	.ruled_out_by = { FACT_PROBED, FACT_SYNACK_OTHER_SOURCE,
			  FACT_IS_LOOPBACK, FACT_ICMP_FROM_CLIENT,
			  FACT_SERVER_FIRST, FACT_SYN_ARRIVED,
			  FACT_PORT_SERVED_OTHERS, FACT_GATEWAY_SILENT,
			  FACT_CONNECTION_WAITS, FACT_INNER_LOOPBACK,
			  FACT_INNER_NONE },
	.favoured_by = { FACT_PROGRAM_PROXY },
};
