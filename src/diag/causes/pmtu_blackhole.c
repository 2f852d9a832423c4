#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_pmtu_blackhole = {
	.id = "pmtu-blackhole",
	.number = 123,
	.title = N_("Large packets vanish: path MTU discovery is blocked"),
	.meaning = N_("A link on the way carries only smaller packets, and "
		      "the ICMP message that would tell the sender so "
		      "(fragmentation needed, packet too big) is filtered, "
		      "so full-sized segments are lost again and again."),
	.told_apart = N_("Small exchanges work and the connection hangs "
			 "with the first large one: an SSH key exchange, a "
			 "TLS certificate, a file. The windows are open, "
			 "unlike with a reader that has stopped."),
	.separate_by = N_("On the client, and on the server towards the "
			  "client: `ping -M do -s 1472 SERVER` fails "
			  "silently and `ping -M do -s 1300 SERVER` works; "
			  "`tracepath -n SERVER` shows the hop."),
	.fix = N_("Let ICMP type 3 code 4 (ICMPv6 type 2) pass on all "
		  "firewalls of the way. Until then clamp the MSS on the "
		  "router (`iptables -t mangle -A FORWARD -p tcp --syn -j "
		  "TCPMSS --clamp-mss-to-pmtu`) or set `sysctl -w "
		  "net.ipv4.tcp_mtu_probing=1`."),
	.place = PLACE_PATH,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_ROUTER,
	.shows = SYMPTOM_BIT(ONLY_LARGE_SEGMENTS_LOST) |
		 SYMPTOM_BIT(DATA_UNANSWERED) |
		 SYMPTOM_BIT(SILENT_AFTER_CONNECT),
	.needs_any = { FACT_LARGE_LOST, FACT_CLIENT_DATA_LOST,
		       FACT_SERVER_DATA_LOST, FACT_REQUEST_UNANSWERED },
	.ruled_out_by = { FACT_WOKEN, FACT_SMALL_LOST, FACT_IS_LOOPBACK,
			  FACT_TOO_BIG_OBEYED, FACT_CLIENT_WINDOW_ZERO,
			  FACT_SERVER_WINDOW_ZERO, FACT_SYN_ARRIVED },
	.favoured_by = { FACT_LARGE_LOST },
};
