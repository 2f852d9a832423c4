#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_dpi_rst = {
	.id = "dpi-rst",
	.number = 133,
	.title = N_("A device on the way resets the connection"),
	.meaning = N_("An inspecting box saw something it objects to in the "
		      "data (a name, a keyword, a protocol) and sent a RST "
		      "in the other side's name."),
	.told_apart = N_("A RST of the server itself is seen leaving in the "
			 "server's own capture; a forged one is not, it "
			 "often has another ttl, and the server keeps the "
			 "connection as established."),
	.separate_by = N_("On the server: `tcpdump -ni IF 'tcp port PORT "
			  "and host CLIENT'` during one attempt; if no RST "
			  "leaves there, or one arrives in the client's "
			  "name that the client never sent, a box between "
			  "the two made it."),
	.fix = N_("Look for the block in the log of the firewall, IPS or "
		  "provider between the two and add an exception for this "
		  "service."),
	.place = PLACE_PATH,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_MIDDLEBOX,
	.shows = SYMPTOM_BIT(RESET_AFTER_CONNECT) |
		 SYMPTOM_BIT(RESET_MID_STREAM),
	.needs_any = { FACT_CLIENT_DATA, FACT_SERVER_DATA },
	.ruled_out_by = { FACT_CLIENT_RST_AT_ONCE, FACT_IS_LOOPBACK,
			  FACT_RST_LEFT_CLIENT, FACT_RST_LEFT_SERVER,
			  FACT_RST_FROM_STACK },
	.favoured_by = { FACT_RST_OTHER_TTL, FACT_RST_IGNORED },
};
