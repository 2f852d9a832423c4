#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_no_listener = {
	.id = "no-listener",
	.number = 39,
	.title = N_("Nothing listens on the port"),
	.meaning = N_("The server's kernel refuses the connection because "
		      "no program has the port open: the service was not "
		      "started, crashed or could not bind."),
	.told_apart = N_("From outside a REJECT with tcp-reset looks "
			 "exactly the same. If something does listen, it "
			 "does so on another address, port, device or "
			 "namespace."),
	.separate_by = N_("On the server: `ss -ltnp 'sport = :PORT'` shows "
			  "nothing."),
	.fix = N_("Start and enable the service (`systemctl enable --now "
		  "UNIT`) and read why it was down (`journalctl -u UNIT`)."),
	.place = PLACE_SERVICE,
	.frequency = FREQUENCY_COMMON,
	.culprit = CULPRIT_SOCKET,
	.shows = SYMPTOM_BIT(REFUSED_BY_RST),
	.ruled_out_by = { FACT_PORT_SERVED_OTHERS, FACT_INNER_LOOPBACK,
			  FACT_INNER_NONE, FACT_RULE_RST, FACT_ICMP_BY_RULE },
	.favoured_by = { FACT_RST_FOR_SYN, FACT_RST_FROM_STACK,
			 FACT_HOST_SERVES, FACT_RST_LEFT_SERVER,
			 FACT_RST_SAME_TTL, FACT_LISTENER_STRAYS,
			 FACT_LISTENER_NONE_HERE },
	.found_by = { FACT_LISTENER_NONE, FACT_LISTENER_NONE_HERE,
		      FACT_LISTENER_VANISHED, FACT_LISTENER_ELSEWHERE,
		      FACT_LISTENER_STRAY, FACT_LISTENER_STRAYS },
	.looked_by = { FACT_SOCKETS_READ },
	.dropped_as = { FACT_DROP_NO_SOCKET },
};
