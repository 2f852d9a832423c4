#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_stale_connection_tuple = {
	.id = "stale-connection-tuple",
	.number = 135,
	.title = N_("The server still holds an old connection of this port "
		    "pair"),
	.meaning = N_("The server (or a NAT before it) still has a "
		      "connection with the same addresses and ports, so it "
		      "answers the SYN with a bare ACK instead of a "
		      "SYN-ACK."),
	.told_apart = N_("The ACK proves that the SYN arrived and that no "
			 "firewall dropped it. Normally the client answers "
			 "with a RST, the old connection dies and the next "
			 "SYN succeeds a second later; if it never does, "
			 "something eats that RST."),
	.separate_by = N_("On the server: `ss -tno state all 'sport = :PORT "
			  "and dst CLIENT'` still shows the client's source "
			  "port as ESTAB, and `nstat -az "
			  "TcpExtTCPSYNChallenge` goes up with each SYN."),
	.fix = N_("Let the client's RST through (a rule that drops the "
		  "state INVALID often eats it), kill the leftover with `ss "
		  "-K dst CLIENT sport = :PORT`, and let clients use random "
		  "source ports."),
	.place = PLACE_SERVER,
	.frequency = FREQUENCY_RARE,
	.culprit = CULPRIT_SOCKET,
	.shows = SYMPTOM_BIT(HANDSHAKE_INCOMPLETE) | SYMPTOM_BIT(SLOW),
	.needs = { FACT_ACK_FOR_SYN },
	.found_by = { FACT_TUPLE_IN_USE },
	.proven_by = FACT_TUPLE_IN_USE,
};
