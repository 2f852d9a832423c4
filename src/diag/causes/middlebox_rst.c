#include "base/i18n.h"
#include "diag/cause.h"

const struct cause cause_middlebox_rst = {
	.id = "middlebox-rst",
	.number = 14,
	.title = N_("A device on the way sends the RST in the server's name"),
	.meaning = N_("A firewall, an IPS or a router with a tcp-reset rule "
		      "refuses the connection and writes the server's "
		      "address on the RST. The SYN never reaches the "
		      "server."),
	.told_apart = N_("A closed port looks the same to the client, "
			 "except that the forged RST often has another ttl "
			 "than the server's other packets. In the server's "
			 "own capture neither SYN nor RST appears."),
	.separate_by = N_("On the server: `tcpdump -ni any 'tcp port PORT'` "
			  "during an attempt: if the client gets a RST and "
			  "the server saw no SYN, a device between them "
			  "sent it."),
	.fix = N_("Find the device (`traceroute -T -p PORT SERVER` and the "
		  "ttl of the RST show how far away it is) and allow the "
		  "connection there."),
	.place = PLACE_PATH,
	.frequency = FREQUENCY_OCCASIONAL,
	.culprit = CULPRIT_MIDDLEBOX,
	.shows = SYMPTOM_BIT(REFUSED_BY_RST) | SYMPTOM_BIT(SYN_UNANSWERED),
	.needs_any = { FACT_RST_FOR_SYN, FACT_RST_IGNORED },
	.ruled_out_by = { FACT_IS_LOOPBACK, FACT_RST_FROM_STACK,
			  FACT_RST_LEFT_SERVER, FACT_SYN_ARRIVED,
			  FACT_KERNEL_RST },
	.favoured_by = { FACT_RST_OTHER_TTL, FACT_RST_IGNORED },
};
